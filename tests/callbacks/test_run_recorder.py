"""RunRecorder: trainings from Python in the list of runs, however they end, and without a trace in their results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.callbacks import Callback, LambdaCallback, RunRecorder
from pellucid.errors import ArgumentError
from pellucid.runs import Run, RunDatabase
from pellucid.runs.database import FILE

X = np.linspace(-1, 1, 24, dtype=np.float32).reshape(12, 2)
Y = X.sum(axis=1, keepdims=True)


def model() -> Any:
    pl.utils.set_random_seed(5)
    made = pl.Sequential([pl.layers.Dense(3, "relu", input_dim=2), pl.layers.Dropout(0.25), pl.layers.Dense(1)])
    made.compile(pl.optimizers.Adam(0.01), "mse", metrics=["mae"])
    return made


def fit(watchers: list[Callback], *, epochs: int = 4, **options: Any) -> tuple[Any, dict[str, list[float]]]:
    trained = model()
    history = trained.fit(
        X, Y, epochs=epochs, batch_size=4, verbose=0, callbacks=watchers, validation_data=(X, Y), shuffle=True, **options
    )
    return trained, history.history


def read(root: Path, name: str = "first") -> tuple[Run, dict[str, dict[int, float]]]:
    with RunDatabase(root, check=True) as database:
        run = database.get(name)
        return run, database.curves(run.id)


def test_what_is_recorded(tmp_path: Path) -> None:
    _, history = fit([RunRecorder(tmp_path / "first", settings={"idea": "small"}, data=(X, Y))])
    run, curves = read(tmp_path)
    assert (run.state, run.epochs_done, run.seed, run.folder) == ("finished", 4, 5, "first")
    assert curves == {name: dict(enumerate(values, 1)) for name, values in history.items()}
    assert run.results == {
        "training": {name: history[name][-1] for name in ("loss", "mae")},
        "validation": {name: history[f"val_{name}"][-1] for name in ("loss", "mae")},
    }
    assert run.settings["idea"] == "small"
    assert run.settings["parameters"] == 2 * 3 + 3 + 3 + 1
    assert run.settings["optimizer"]["name"] == "Adam"
    assert run.settings["optimizer"]["learning_rate"] == pytest.approx(0.01)
    assert {"pellucid", "python", "numpy"} <= set(run.versions)
    assert run.machine["threads"] >= 1
    assert json.loads((tmp_path / "first/history.json").read_text()) == history


def test_the_data_s_fingerprint_tells_values_and_shapes(tmp_path: Path) -> None:
    told = {}
    for name, data in {"a": (X, Y), "again": (X.copy(), Y), "value": (X + 1e-6, Y), "shape": (X.reshape(-1), Y)}.items():
        fit([RunRecorder(tmp_path / name, data=data)], epochs=1)
        told[name] = read(tmp_path, name)[0].data["fingerprint"]
    assert told["a"] == told["again"]
    assert len(set(told.values())) == 3


def test_the_result_is_the_same_bits_with_and_without(tmp_path: Path) -> None:
    plain, _ = fit([])
    for i, every_steps in enumerate((None, 2)):
        recorded, _ = fit([RunRecorder(tmp_path / f"run-{i}", every_steps=every_steps)])
        for one, other in zip(plain.get_weights(), recorded.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)


def test_steps_are_recorded_where_asked(tmp_path: Path) -> None:
    _, history = fit([RunRecorder(tmp_path / "first", every_steps=3)])  # its last step: the mean is the epoch's
    with RunDatabase(tmp_path) as database:
        steps = database.curves(1, "step")["loss"]
    assert steps == {3 * epoch: value for epoch, value in enumerate(history["loss"], 1)}


def test_without_a_name_runs_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        fit([RunRecorder()], epochs=1)
    assert sorted(path.name for path in Path("runs").iterdir()) == ["fit-001", "fit-002", FILE]


class Stop(Exception):
    """What a callback of the user's may raise."""


def raising(error: type[BaseException], at: int) -> Callback:
    def act(epoch: int, logs: Any) -> None:
        if epoch == at:
            raise error

    return LambdaCallback(on_epoch_begin=act)


@pytest.mark.parametrize(("error", "state", "note"), [(Stop, "failed", "Stop"), (KeyboardInterrupt, "interrupted", "Ctrl-C")])
def test_how_it_ended(tmp_path: Path, error: type[BaseException], state: str, note: str) -> None:
    with pytest.raises(error):
        fit([RunRecorder(tmp_path / "first"), raising(error, at=2)])
    run, curves = read(tmp_path)
    assert (run.state, run.epochs_done) == (state, 2)
    assert note in run.note
    assert list(curves["loss"]) == [1, 2]


def test_a_fit_within_an_except_has_not_failed(tmp_path: Path) -> None:
    try:
        raise Stop
    except Stop:
        fit([RunRecorder(tmp_path / "first")])
    assert read(tmp_path)[0].state == "finished"


def test_a_training_that_is_resumed_goes_on_in_its_record(tmp_path: Path) -> None:
    whole, history = fit([])
    checkpoint = tmp_path / "checkpoints"
    with pytest.raises(Stop):
        fit([RunRecorder(tmp_path / "first"), raising(Stop, at=2)], checkpoint=str(checkpoint))
    resumed, _ = fit([RunRecorder(tmp_path / "first")], resume=str(checkpoint))
    run, curves = read(tmp_path)
    assert (run.id, run.state, run.epochs_done) == (1, "finished", 4)
    assert curves == {name: dict(enumerate(values, 1)) for name, values in history.items()}
    assert json.loads((tmp_path / "first/history.json").read_text()) == history
    for one, other in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_where_nothing_can_be_recorded_the_training_goes_on(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database" * 1000)
    plain, _ = fit([])
    with pytest.warns(UserWarning, match="training goes on") as caught:
        recorded, _ = fit([RunRecorder(tmp_path / "first")])
    assert len(caught) == 1
    for one, other in zip(plain.get_weights(), recorded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert json.loads((tmp_path / "first/run.json").read_text())["state"] == "finished"  # the folder is as it would be


def test_arguments() -> None:
    with pytest.raises(ArgumentError, match="settings must be a dictionary"):
        RunRecorder(settings=[1])  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="every_steps"):
        RunRecorder(every_steps=0)


def test_another_trainings_record_is_never_written_over(tmp_path: Path) -> None:
    fit([RunRecorder(tmp_path / "first")], epochs=2)
    before = read(tmp_path), (tmp_path / "first/history.json").read_text()
    trained = model()
    start = trained.get_weights()
    with pytest.raises(ArgumentError, match=r"first holds the record of another training\. Name another"):
        trained.fit(X, Y, verbose=0, callbacks=[RunRecorder(tmp_path / "first")])
    assert (read(tmp_path), (tmp_path / "first/history.json").read_text()) == before
    for was, now in zip(start, trained.get_weights(), strict=True):
        np.testing.assert_array_equal(was, now)


def test_one_recorder_without_a_folder_finds_one_for_each_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    recorder = RunRecorder()
    for _ in range(2):
        fit([recorder], epochs=1)
    assert [read(tmp_path / "runs", f"fit-00{i}")[0].state for i in (1, 2)] == ["finished", "finished"]


def test_a_training_that_goes_on_by_its_epochs_goes_on_in_its_record(tmp_path: Path) -> None:
    trained, recorder = model(), RunRecorder(tmp_path / "first")
    trained.fit(X, Y, epochs=2, verbose=0, callbacks=[recorder])
    trained.fit(X, Y, initial_epoch=2, epochs=5, verbose=0, callbacks=[recorder])
    assert read(tmp_path)[0].epochs_done == 5


def test_a_training_that_was_interrupted_in_its_first_epoch_goes_on_in_its_record(tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    class AfterTwo(Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            if batch == 1:
                raise Stop

    keep = tmp_path / "checkpoints"
    with pytest.raises(Stop):
        fit([RunRecorder(tmp_path / "first"), AfterTwo()], checkpoint=pl.callbacks.Checkpoint(keep, steps=1))
    fit([RunRecorder(tmp_path / "first")], resume=str(keep))
    assert read(tmp_path)[0].epochs_done == 4


def test_a_training_that_died_before_its_first_checkpoint_begins_anew_in_its_record(tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def stop(batch: int, logs: Any) -> None:
        raise Stop

    asked = {"checkpoint": tmp_path / "checkpoints", "resume": True}
    with pytest.raises(Stop):
        fit([RunRecorder(tmp_path / "first"), LambdaCallback(on_train_batch_begin=stop)], **asked)
    fit([RunRecorder(tmp_path / "first")], **asked)
    assert read(tmp_path)[0].epochs_done == 4
