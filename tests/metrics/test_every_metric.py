"""What every metric must do: scikit-learn's value, over unequal batches and weights too, and come back from its configuration."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.metrics import accuracy_score, mean_squared_error

import pellucid as pl
from pellucid import metrics
from pellucid.errors import ShapeError

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class MetricCase:
    """A metric, how to draw n (targets, predictions), and scikit-learn's value."""

    metric: Callable[[], metrics.Metric]
    draw: Callable[[np.random.Generator, int], tuple[Array, Array]]
    expected: Callable[..., float]

    def __str__(self) -> str:
        return self.metric().name


CASES = [
    MetricCase(
        metrics.Accuracy,
        lambda rng, n: (rng.integers(0, 3, n), rng.integers(0, 3, n)),
        lambda t, y, w: accuracy_score(t, y, sample_weight=w),
    ),
    MetricCase(
        lambda: metrics.BinaryAccuracy(threshold=0.3),
        lambda rng, n: (rng.integers(0, 2, (n, 1)), rng.uniform(size=(n, 1))),
        lambda t, y, w: accuracy_score(t[:, 0], y[:, 0] > 0.3, sample_weight=w),
    ),
    MetricCase(
        metrics.CategoricalAccuracy,
        lambda rng, n: (np.eye(4)[rng.integers(0, 4, n)], rng.normal(size=(n, 4))),
        lambda t, y, w: accuracy_score(t.argmax(1), y.argmax(1), sample_weight=w),
    ),
    MetricCase(
        metrics.SparseCategoricalAccuracy,
        lambda rng, n: (rng.integers(0, 4, n), rng.normal(size=(n, 4))),
        lambda t, y, w: accuracy_score(t, y.argmax(1), sample_weight=w),
    ),
    MetricCase(
        metrics.MeanSquaredError,
        lambda rng, n: (rng.normal(size=(n, 3)), rng.normal(size=(n, 3))),
        lambda t, y, w: mean_squared_error(t, y, sample_weight=w),
    ),
]
every = pytest.mark.parametrize("case", CASES, ids=str)


def test_each_is_tested() -> None:
    assert {type(case.metric()) for case in CASES} == set(metrics.registry.classes())


@every
@pytest.mark.parametrize("weighted", [False, True])
def test_over_unequal_batches(case: MetricCase, weighted: bool) -> None:
    rng = np.random.default_rng(0)
    y_true, y_pred = case.draw(rng, 32)
    weights = rng.uniform(0, 2, 32) if weighted else None
    metric = case.metric()
    for batch in (slice(0, 20), slice(20, 31), slice(31, 32)):
        metric.update_state(y_true[batch], y_pred[batch], None if weights is None else weights[batch])
    assert metric.result() == pytest.approx(case.expected(y_true, y_pred, weights), rel=1e-6)
    metric.reset_state()
    assert metric.result() == 0.0
    assert metric(y_true[:5], y_pred[:5]) == pytest.approx(case.expected(y_true[:5], y_pred[:5], None), rel=1e-6)


@every
def test_statistics_have_a_batch_axis_and_add_up(case: MetricCase) -> None:
    y_true, y_pred = case.draw(np.random.default_rng(1), 7)
    metric = case.metric()
    single = [a.astype("float32") if a.dtype.kind == "f" else a for a in (y_true, y_pred)]
    statistics = metric.statistics(*(pl.tensor(a) for a in single))
    assert all(s.shape[0] == 7 and s.dtype == np.float32 for s in statistics)
    totals = [s.numpy().sum(axis=0, dtype=np.float64) for s in statistics]
    assert metric.from_totals(totals, 7) == pytest.approx(case.expected(y_true, y_pred, None), rel=1e-6)


@every
def test_weights_of_nothing(case: MetricCase) -> None:
    y_true, y_pred = case.draw(np.random.default_rng(1), 3)
    assert case.metric()(y_true, y_pred, np.zeros(3)) == 0.0


@every
def test_comes_back_from_its_configuration(case: MetricCase) -> None:
    metric = case.metric()
    again = metrics.get(json.loads(json.dumps(metrics.serialize(metric))))
    assert type(again) is type(metric)
    assert again.get_config() == metric.get_config()


def test_several_labels_a_sample() -> None:
    """Of 2 samples with 3 labels each 4 are right."""
    y_pred = np.eye(4)[[[0, 1, 2], [3, 3, 3]]]
    assert metrics.SparseCategoricalAccuracy()([[0, 1, 2], [3, 0, 0]], y_pred) == pytest.approx(4 / 6)
    weighted = metrics.SparseCategoricalAccuracy()([[0, 1, 2], [3, 0, 0]], y_pred, [1.0, 3.0])
    assert weighted == pytest.approx((3 + 3 * 1) / (3 + 3 * 3))


def test_of_equal_scores_the_first_counts() -> None:
    assert metrics.SparseCategoricalAccuracy()([0, 1], [[0.5, 0.5], [0.5, 0.5]]) == 0.5
    assert metrics.CategoricalAccuracy()([[1.0, 0.0], [0.0, 1.0]], [[0.5, 0.5], [0.5, 0.5]]) == 0.5


def test_exactly_the_threshold_is_no() -> None:
    assert metrics.BinaryAccuracy()([[0.0], [1.0]], [[0.5], [0.5]]) == 0.5


def test_labels_as_columns_and_floats() -> None:
    y_pred = [[0.1, 0.9], [0.8, 0.2]]
    assert metrics.SparseCategoricalAccuracy()([[1], [0]], y_pred) == 1.0
    assert metrics.SparseCategoricalAccuracy()([1.0, 1.0], y_pred) == 0.5
    assert metrics.BinaryAccuracy()([1, 0, 0], [[0.9], [0.1], [0.7]]) == pytest.approx(2 / 3)


def test_shapes_that_do_not_fit() -> None:
    with pytest.raises(ShapeError, match=r"must have shape \(2,\)"):
        metrics.SparseCategoricalAccuracy()(np.eye(2), np.eye(2))
    with pytest.raises(ShapeError, match="sample weights"):
        metrics.Accuracy()([1, 2], [1, 2], np.ones(3))
