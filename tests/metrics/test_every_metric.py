"""What every metric must do: scikit-learn's value, over unequal batches and weights too, by hand and in a model; come back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import metrics
from pellucid.errors import ArgumentError, ShapeError
from tests.support.metric_cases import CASES, MetricCase

every = pytest.mark.parametrize("case", CASES, ids=str)
OF_VALUES = {metrics.Mean, metrics.Sum}  # they have no targets; see test_mean.py


def test_each_is_tested() -> None:
    assert {type(case.metric()) for case in CASES} == set(metrics.registry.classes()) - OF_VALUES


def assert_close(found: Any, expected: Any, case: MetricCase) -> None:
    np.testing.assert_allclose(found, expected, rtol=case.tolerance, atol=case.tolerance)


@every
@pytest.mark.parametrize("weighted", [False, True])
def test_over_unequal_batches(case: MetricCase, weighted: bool) -> None:
    rng = np.random.default_rng(0)
    y_true, y_pred = case.draw(rng, 32)
    weights = rng.uniform(0, 2, 32) if weighted else None
    metric = case.metric()
    for batch in (slice(0, 20), slice(20, 31), slice(31, 32)):
        metric.update_state(y_true[batch], y_pred[batch], None if weights is None else weights[batch])
    assert_close(metric.result(), case.expected(y_true, y_pred, weights), case)
    at_once = case.metric()
    assert_close(at_once(y_true, y_pred, weights), metric.result(), case)
    metric.reset_state()
    assert metric.result() == 0.0
    assert_close(metric(y_true[:9], y_pred[:9]), case.expected(y_true[:9], y_pred[:9], None), case)


@every
@pytest.mark.parametrize("eager", [False, True])
def test_in_a_model_over_ragged_batches(case: MetricCase, eager: bool, tmp_path: Path) -> None:
    """A model that hands its input on: evaluate is the metric of all samples at once, and so is what fit shows of an epoch."""
    rng = np.random.default_rng(3)
    y_true, y_pred = case.draw(rng, 21)
    y_pred = y_pred.astype("float32")
    weights = rng.uniform(0.5, 2, 21).astype("float32")
    y_true = y_true.astype("float32") if y_true.dtype.kind == "f" else y_true
    model = pl.Sequential([pl.layers.Activation("linear")])
    model.compile("sgd", metrics=[case.metric()], weighted_metrics=[case.metric()], run_eagerly=eager)
    if not len(y_true.shape) == len(y_pred.shape) == 1 and y_pred.ndim > 1:
        found = model.evaluate(y_pred, y_true, sample_weight=weights, batch_size=8, steps=3, verbose=0)
        for value, w in zip(found, (None, weights), strict=True):
            assert_close(value, case.expected(y_true, y_pred, w), case)
        results = list(model.get_metrics_result().values())[1:]
        assert_close(results[0], found[0], case)


@every
def test_what_a_layer_below_does_not_disturb(case: MetricCase) -> None:
    """Statistics are constants to the gradient where they are counts, and float32 or float64 sums over a first axis."""
    y_true, y_pred = case.draw(np.random.default_rng(1), 7)
    metric = case.metric()
    single = [a.astype("float32") if a.dtype.kind == "f" else a for a in (y_true, y_pred)]
    statistics = metric.statistics(*(pl.tensor(a) for a in single))
    assert all(s.shape[0] in (1, 7) and s.spec.is_float for s in statistics)
    totals = [s.numpy().sum(axis=0, dtype=np.float64) for s in statistics]
    assert_close(metric.from_totals(totals, 7), case.expected(y_true, y_pred, None), case)


@every
def test_weights_of_nothing(case: MetricCase) -> None:
    y_true, y_pred = case.draw(np.random.default_rng(1), 5)
    metric = case.metric()
    found = metric(y_true, y_pred, np.zeros(5))
    undefined = isinstance(metric, metrics.R2Score)  # as in Keras
    assert np.isnan(found).all() if undefined else not np.any(found)


@every
def test_comes_back_from_its_configuration(case: MetricCase) -> None:
    metric = case.metric()
    again = metrics.get(json.loads(json.dumps(metrics.serialize(metric))))
    assert type(again) is type(metric)
    assert again.get_config() == metric.get_config()
    named = type(metric)(name="mine")
    assert named.name == "mine"
    assert type(metrics.get(type(metric).__name__)) is type(metric)


def test_arrays_in_fit_and_in_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Kept in the history as nested lists, not shown by the bar, refused where one number is watched."""
    x, y = np.random.default_rng(0).normal(size=(20, 3)), np.arange(20) % 3
    model = pl.Sequential([pl.layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["confusion_matrix", metrics.F1Score()])
    history = model.fit(x, y, validation_data=(x, y), batch_size=8, epochs=2, verbose=2).history
    shown = capsys.readouterr().out
    assert "loss" in shown
    assert "confusion" not in shown
    assert "f1" not in shown
    assert np.shape(history["val_confusion_matrix"]) == (2, 3, 3)
    assert np.shape(history["f1_score"]) == (2, 3)
    json.dumps(history)
    assert np.sum(history["confusion_matrix"][0]) == 20
    model.save(tmp_path / "model.pellucid")
    again = pl.load_model(tmp_path / "model.pellucid")
    _, matrix, f1 = again.evaluate(x, y, verbose=0)
    np.testing.assert_array_equal(matrix, history["val_confusion_matrix"][1])
    np.testing.assert_allclose(f1, history["val_f1_score"][1])
    with pytest.raises(ArgumentError, match="is an array of shape"):
        model.fit(x, y, verbose=0, callbacks=[pl.callbacks.EarlyStopping("f1_score")])


def test_several_labels_a_sample() -> None:
    """Of 2 samples with 3 labels each 4 are right."""
    y_pred = np.eye(4)[[[0, 1, 2], [3, 3, 3]]]
    assert metrics.SparseCategoricalAccuracy()([[0, 1, 2], [3, 0, 0]], y_pred) == pytest.approx(4 / 6)
    weighted = metrics.SparseCategoricalAccuracy()([[0, 1, 2], [3, 0, 0]], y_pred, [1.0, 3.0])
    assert weighted == pytest.approx((3 + 3 * 1) / (3 + 3 * 3))


def test_of_equal_scores_the_first_counts() -> None:
    assert metrics.SparseCategoricalAccuracy()([0, 1], [[0.5, 0.5], [0.5, 0.5]]) == 0.5
    assert metrics.CategoricalAccuracy()([[1.0, 0.0], [0.0, 1.0]], [[0.5, 0.5], [0.5, 0.5]]) == 0.5


def test_scores_that_tie_with_the_kth_are_among_the_top() -> None:
    assert metrics.SparseTopKCategoricalAccuracy(k=1)([0, 1, 2], [[0.5, 0.5, 0.0]] * 3) == pytest.approx(2 / 3)
    assert metrics.SparseTopKCategoricalAccuracy(k=3)([0], [[np.nan, 0.5, 0.0]]) == 0.0


def test_exactly_the_threshold_is_no() -> None:
    assert metrics.BinaryAccuracy()([[0.0], [1.0]], [[0.5], [0.5]]) == 0.5
    assert metrics.Recall()([[1.0], [1.0]], [[0.5], [0.6]]) == 0.5


def test_labels_as_columns_and_floats() -> None:
    y_pred = [[0.1, 0.9], [0.8, 0.2]]
    assert metrics.SparseCategoricalAccuracy()([[1], [0]], y_pred) == 1.0
    assert metrics.SparseCategoricalAccuracy()([1.0, 1.0], y_pred) == 0.5
    assert metrics.BinaryAccuracy()([1, 0, 0], [[0.9], [0.1], [0.7]]) == pytest.approx(2 / 3)
    assert metrics.Precision()([1, 0, 0], [[0.9], [0.1], [0.7]]) == 0.5


def test_a_binned_area_is_near_the_exact_one() -> None:
    """Of scores spread over [0, 1] within 1 / num_thresholds; of scores in a corner of it, farther."""
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 2000)
    p = np.clip(rng.normal(0.4 + 0.2 * y, 0.2), 0, 1)
    assert metrics.AUC()(y, p) == pytest.approx(roc_auc_score(y, p), abs=1 / 200)
    assert abs(metrics.AUC()(y, p / 1000) - roc_auc_score(y, p)) > 0.1


def test_an_ignored_class() -> None:
    metric = metrics.SparseCategoricalCrossentropy(ignore_class=-1)
    y_pred = [[0.25, 0.75], [0.5, 0.5], [0.5, 0.5]]
    assert metric([1, -1, -1], y_pred) == pytest.approx(-np.log(0.75), rel=1e-6)
    assert metric([1, -1, 0], y_pred, [1.0, 9.0, 1.0]) == pytest.approx((-2 * np.log(0.75) - np.log(0.5)) / 3, rel=1e-6)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: metrics.SparseCategoricalAccuracy()(np.eye(2), np.eye(2)), ShapeError, r"must have shape \(2,\)"),
        (lambda: metrics.Accuracy()([1, 2], [1, 2], np.ones(3)), ShapeError, "sample weights"),
        (lambda: metrics.Precision()(np.eye(3), np.eye(2)), ShapeError, "must have shape"),
        (lambda: metrics.Precision(class_id=2)(np.eye(2), np.eye(2)), ShapeError, "predictions have 2 classes"),
        (lambda: metrics.Precision(thresholds=[0.5, 1.5]), ArgumentError, "thresholds must be a number >= 0 and <= 1"),
        (lambda: metrics.F1Score("mean"), ArgumentError, "average must be one of 'micro'"),
        (lambda: metrics.AUC(curve="roc"), ArgumentError, "curve must be 'ROC' or 'PR'"),
        (lambda: metrics.AUC(num_labels=3), ArgumentError, "num_labels is for multi_label"),
        (lambda: metrics.AUC(multi_label=True, num_labels=3)(np.eye(2), np.eye(2)), ShapeError, r"shape \(batch, 3\)"),
        (lambda: metrics.AUC(label_weights=[1.0])(np.eye(2), np.eye(2)), ShapeError, "label_weights has 1"),
        (lambda: metrics.ConfusionMatrix("rows"), ArgumentError, "normalize must be one of 'true'"),
        (lambda: metrics.R2Score("mean"), ArgumentError, "class_aggregation must be one of"),
        (lambda: metrics.BinaryAccuracy(0.3), ArgumentError, r"name must be a string. Received 0\.3"),  # type: ignore[arg-type]
        (lambda: metrics.TopKCategoricalAccuracy(k=0), ArgumentError, "k must be an integer >= 1"),
    ],
)
def test_refused_with_a_message(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
