"""Monitor: which way a quantity is to go."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

import pellucid as pl
from pellucid.callbacks import Checkpoint, EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from pellucid.callbacks.monitor import Monitor
from pellucid.errors import ArgumentError
from tests.support.training import clusters, slope

X, Y = clusters()
TARGETS = X[:, :2]


class Closeness(pl.metrics.MeanMetric):
    """A metric of a user's own that says which way it goes."""

    largest_is_best = True

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return -pl.ops.mean(pl.ops.absolute(y_true - y_pred), axis=-1)


def begun(name: str, *metrics: Any, mode: str = "auto") -> Monitor:
    monitor = Monitor("EarlyStopping", name, mode)
    monitor.begin(SimpleNamespace(metrics=[pl.metrics.get(m) for m in metrics]))
    return monitor


@pytest.mark.parametrize("cls", pl.metrics.registry.classes(), ids=lambda cls: cls.__name__)
def test_the_direction_is_the_one_that_keras_gives(cls: type[Any]) -> None:
    """Keras 3.15's metrics, read from their ``_direction``; None where it has none, and of those that it lacks."""
    up = ("Accuracy", "Precision", "Recall", "Score", "AUC", "CosineSimilarity", "TruePositives", "TrueNegatives")
    none = ("ConfusionMatrix", "Mean", "Sum")
    expected = None if cls.__name__ in none else cls.__name__.endswith(up)
    assert cls.largest_is_best is expected


@pytest.mark.parametrize(
    ("name", "metrics", "rising"),
    [
        ("val_cosine_similarity", ["cosine_similarity"], True),
        ("val_out_cosine_similarity_1", ["cosine_similarity"], True),
        ("true_positives", ["true_positives"], True),
        ("val_false_positives", ["false_positives", "true_positives"], False),
        ("val_mse", ["mse"], False),
        ("val_accuracy_2", ["accuracy"], True),
        ("val_loss", ["accuracy"], False),
        ("val_closeness", [Closeness()], True),
        ("val_near", [Closeness(name="near")], True),
        ("f1", [], True),  # put into the logs by another callback
    ],
)
def test_auto_asks_the_metric_and_then_the_name(name: str, metrics: list[Any], rising: bool) -> None:
    monitor = begun(name, *metrics)
    assert monitor.improved(1.0)
    assert monitor.improved(2.0) is rising


def test_what_cannot_be_told_is_refused_as_training_begins() -> None:
    watchers = [EarlyStopping("val_iou"), ReduceLROnPlateau("val_iou"), ModelCheckpoint("m", "val_iou", save_best_only=True)]
    for watcher in watchers:
        with pytest.raises(ArgumentError, match=r"'val_iou' is best when it is largest or smallest. Pass mode='max'"):
            slope().fit([[1.0]], [[1.0]], verbose=0, callbacks=[watcher])
    assert begun("val_iou", mode="max").sign == -1.0


def test_a_checkpoint_refuses_it_before_it_makes_a_folder_of_files(tmp_path: Any) -> None:
    with pytest.raises(ArgumentError, match="Checkpoint: nothing tells whether 'val_iou'"):
        slope().fit([[1.0]], [[1.0]], verbose=0, checkpoint=Checkpoint(tmp_path / "c", monitor="val_iou"))
    assert not list(tmp_path.glob("c/*.safetensors"))


def test_the_best_weights_are_those_of_the_largest_similarity() -> None:
    """The rate turns the weights away from the targets, so similarity falls from the first epoch on."""
    model = pl.Sequential([pl.Input((4,)), pl.layers.Dense(2)])
    model.compile(pl.optimizers.SGD(1.5), "mse", metrics=["cosine_similarity"])
    seen: list[float] = []
    watch = pl.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(logs["val_cosine_similarity"]))
    stop = EarlyStopping("val_cosine_similarity", patience=9, restore_best_weights=True)
    model.fit(X, TARGETS, epochs=6, verbose=0, validation_data=(X, TARGETS), callbacks=[watch, stop])
    similarity = model.evaluate(X, TARGETS, verbose=0, return_dict=True)["cosine_similarity"]
    assert min(seen) < max(seen)
    assert similarity == pytest.approx(max(seen))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"monitor": None}, "monitor must be a key of the logs"),
        ({"monitor": ""}, "monitor must be a key of the logs"),
        ({"min_delta": "1"}, "min_delta must be a finite number"),
        ({"baseline": "0"}, "baseline must be a finite number"),
        ({"restore_best_weights": "no"}, "restore_best_weights must be True or False"),
    ],
)
def test_arguments_of_early_stopping(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        EarlyStopping(**settings)
