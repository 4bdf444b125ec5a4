"""ModelCheckpoint: what it saves, when, and under which name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import pellucid as pl
from pellucid.callbacks import LambdaCallback, ModelCheckpoint
from pellucid.errors import ArgumentError
from tests.support.training import assert_same_bits, classifier, clusters

X, Y = clusters()


def scripted(values: list[float]) -> LambdaCallback:
    return LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(val_loss=values[epoch]))


def test_every_epoch_by_name(tmp_path: Path) -> None:
    model = classifier()
    weights = []
    keep = LambdaCallback(on_epoch_end=lambda epoch, logs: weights.append(model.get_weights()))
    checkpoint = ModelCheckpoint(tmp_path / "m-{epoch:02d}-{val_loss:.1f}.safetensors")
    model.fit(X, Y, epochs=3, verbose=0, callbacks=[scripted([2.0, 1.0, 3.0]), keep, checkpoint])
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"m-0{i}-{v}.safetensors" for i, v in ((1, 2.0), (2, 1.0), (3, 3.0))]
    again = pl.load_model(tmp_path / "m-02-1.0.safetensors")
    assert_same_bits(again.get_weights(), weights[1])


@pytest.mark.parametrize(
    ("settings", "saved"),
    [
        ({}, [True, True, False, True, False]),
        ({"mode": "max"}, [True, False, True, False, True]),
        ({"initial_value_threshold": 1.5}, [False, True, False, True, False]),
    ],
)
def test_save_best_only(settings, saved, tmp_path: Path) -> None:
    values = [2.0, 1.0, 3.0, 0.5, 4.0]
    checkpoint = ModelCheckpoint(tmp_path / "{epoch}", save_best_only=True, **settings)
    classifier().fit(X, Y, epochs=5, verbose=0, callbacks=[scripted(values), checkpoint])
    assert [(tmp_path / str(epoch + 1)).exists() for epoch in range(5)] == saved


def test_nan_is_never_the_best(tmp_path: Path) -> None:
    checkpoint = ModelCheckpoint(tmp_path / "{epoch}", save_best_only=True)
    classifier().fit(X, Y, epochs=2, verbose=0, callbacks=[scripted([np.nan, 1.0]), checkpoint])
    assert [p.name for p in tmp_path.iterdir()] == ["2"]


def test_weights_alone(tmp_path: Path) -> None:
    model, other = classifier(), classifier()
    model.fit(X, Y, verbose=0, callbacks=[ModelCheckpoint(tmp_path / "w", save_weights_only=True)])
    other.load_weights(tmp_path / "w")
    assert_same_bits(model.get_weights(), other.get_weights())
    with pytest.raises(ValueError, match="without an architecture"):
        pl.load_model(tmp_path / "w")


def test_what_cannot_be_done_is_said(tmp_path: Path, capsys) -> None:
    with pytest.raises(ArgumentError, match="save_freq"):
        ModelCheckpoint(tmp_path / "m", save_freq="hour")
    with pytest.raises(ArgumentError, match=r"filepath names 'val_loss'.*loss, accuracy"):
        classifier().fit(X, Y, verbose=0, callbacks=[ModelCheckpoint(tmp_path / "{val_loss}")])
    with pytest.warns(UserWarning, match="'val_loss' is not among the logs"):
        classifier().fit(X, Y, verbose=0, callbacks=[ModelCheckpoint(tmp_path / "m", save_best_only=True)])
    assert list(tmp_path.iterdir()) == []
    classifier().fit(X, Y, verbose=0, callbacks=[ModelCheckpoint(tmp_path / "m", verbose=1)])
    assert "Epoch 1: saved" in capsys.readouterr().out


def test_what_would_fail_after_the_first_epoch_is_refused_before_it(tmp_path: Path) -> None:
    class Own(pl.Model):
        def __init__(self) -> None:
            super().__init__()
            self.last = pl.layers.Dense(3)

        def call(self, x):
            return self.last(x)

    model = Own()
    model.compile("sgd", "mse")
    with pytest.raises(ArgumentError, match="subclass with its own call"):
        model.fit(X, X[:, :3], verbose=0, callbacks=[ModelCheckpoint(tmp_path / "m")])
    assert model.history.epoch == []
    model.fit(X, X[:, :3], verbose=0, callbacks=[ModelCheckpoint(tmp_path / "w", save_weights_only=True)])
    with pytest.raises(ArgumentError, match="Write a brace itself twice"):
        ModelCheckpoint("m-{epoch")
    assert ModelCheckpoint("m-{val_my-head_loss:.3f}").filepath  # an output may be called so
    for path in ("m-{}", "m-{0}"):
        with pytest.raises(ArgumentError, match="filepath must name what it holds"):
            ModelCheckpoint(path)
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ArgumentError, match="folder of filepath cannot be made"):
        classifier().fit(X, Y, verbose=0, callbacks=[ModelCheckpoint(tmp_path / "file" / "m")])
    for flag in ("save_best_only", "save_weights_only"):
        with pytest.raises(ArgumentError, match=f"{flag} must be True or False"):
            ModelCheckpoint("m", **{flag: "no"})


def test_its_folder_is_made(tmp_path: Path) -> None:
    classifier().fit(X, Y, verbose=0, callbacks=[ModelCheckpoint(tmp_path / "a" / "{epoch}" / "m")])
    assert pl.load_model(tmp_path / "a/1/m").built


def test_a_full_disk_does_not_end_the_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said once, and a best epoch that is not in a file does not count."""
    model = classifier()
    save, calls = model.save, []

    def full_at_first(path) -> None:
        calls.append(path)
        if len(calls) <= 2:
            raise OSError(28, "no space left on the device")
        save(path)

    monkeypatch.setattr(model, "save", full_at_first)
    checkpoint = ModelCheckpoint(tmp_path / "{epoch}", save_best_only=True)
    with pytest.warns(UserWarning, match="cannot be written") as said:
        model.fit(X, Y, epochs=4, verbose=0, callbacks=[scripted([1.0, 2.0, 3.0, 4.0]), checkpoint])
    assert len(said) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["3"]
