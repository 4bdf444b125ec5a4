"""Metrics by name; which accuracy the word means."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid import losses, metrics
from pellucid.autodiff import Spec
from pellucid.errors import ArgumentError


@pytest.mark.parametrize(
    ("loss", "shape", "expected"),
    [
        (losses.BinaryCrossentropy(), (None, 1), metrics.BinaryAccuracy),
        (losses.MeanSquaredError(), (None, 1), metrics.BinaryAccuracy),
        (losses.BinaryCrossentropy(), (None,), metrics.BinaryAccuracy),
        (losses.SparseCategoricalCrossentropy(), (None, 10), metrics.SparseCategoricalAccuracy),
        (losses.CategoricalCrossentropy(), (None, 10), metrics.CategoricalAccuracy),
        (losses.BinaryCrossentropy(), (None, 10), metrics.CategoricalAccuracy),  # as in Keras
        (None, (None, 10), metrics.CategoricalAccuracy),
    ],
)
@pytest.mark.parametrize("name", ["accuracy", "acc"])
def test_the_accuracy_that_fits(
    name: str, loss: losses.Loss | None, shape: tuple[int | None, ...], expected: type[metrics.Metric]
) -> None:
    metric = metrics.get(name, loss, Spec(shape))
    assert type(metric) is expected
    assert metric.name == name


def test_listed_by_the_name_that_was_asked_for() -> None:
    assert metrics.get("mse").name == "mse"
    assert metrics.get("BinaryAccuracy").name == "BinaryAccuracy"
    assert metrics.BinaryAccuracy().name == "binary_accuracy"
    assert metrics.BinaryAccuracy(name="right").name == "right"


def test_instances_and_classes() -> None:
    mine = metrics.BinaryAccuracy(threshold=0.2)
    assert metrics.get(mine) is mine
    assert isinstance(metrics.get(metrics.Accuracy), metrics.Accuracy)


def test_a_plain_function() -> None:
    def largest_error(y_true: pl.Tensor, y_pred: pl.Tensor) -> pl.Tensor:
        return pl.ops.max(pl.ops.absolute(y_true - y_pred), axis=-1)

    metric = metrics.get(largest_error)
    assert metric.name == "largest_error"
    assert metric(np.zeros((2, 2)), np.array([[1.0, -3.0], [0.5, 0.0]])) == 1.75
    with pytest.raises(NotImplementedError, match="plain function"):
        metric.get_config()


def test_a_plain_function_that_gives_one_number_counts_by_samples() -> None:
    metric = metrics.get(lambda y_true, y_pred: pl.ops.mean(y_pred))
    metric.update_state(np.zeros(3), np.full(3, 1.0))
    metric.update_state(np.zeros(1), np.full(1, 5.0))
    assert metric.result() == 2.0


def test_unknown() -> None:
    with pytest.raises(ArgumentError, match="Did you mean 'accuracy'"):
        metrics.get("acuracy")
