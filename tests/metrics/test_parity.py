"""The metrics beside Keras', over batches and weights."""

from __future__ import annotations

import inspect
import re
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from tests.support.keras_peer import import_keras

keras = import_keras()

pytestmark = pytest.mark.parity

rng = np.random.default_rng(0)
LABELS = rng.integers(0, 4, 30)
SCORES = rng.uniform(size=(30, 4)).astype("float32")
BITS = rng.integers(0, 2, (30, 3)).astype("float32")
CASES = [
    ("Accuracy", LABELS[:, None].astype("float32"), rng.integers(0, 4, (30, 1)).astype("float32")),
    ("BinaryAccuracy", BITS[:, :1], SCORES[:, :1]),
    ("BinaryAccuracy", BITS, SCORES[:, :3]),
    ("CategoricalAccuracy", np.eye(4, dtype="float32")[LABELS], SCORES),
    ("SparseCategoricalAccuracy", LABELS, SCORES),
    ("SparseCategoricalAccuracy", LABELS[:, None], SCORES),
    ("SparseCategoricalAccuracy", LABELS.reshape(15, 2), SCORES.reshape(15, 2, 4)),
    ("MeanSquaredError", BITS, SCORES[:, :3]),
]


ONE_HOT = np.eye(4, dtype="float32")[LABELS]
PROBABILITIES = SCORES / SCORES.sum(axis=1, keepdims=True)
POSITIVE = 3 * SCORES[:, 1:] + 0.1
CONFIGURED = [
    *((name, {}, y_true, y_pred) for name, y_true, y_pred in CASES),
    ("TopKCategoricalAccuracy", {"k": 2}, ONE_HOT, SCORES),
    ("SparseTopKCategoricalAccuracy", {"k": 3}, LABELS, SCORES),
    *(
        (name, settings, BITS, SCORES[:, :3])
        for name in ("Precision", "Recall")
        for settings in (
            {},
            {"thresholds": 0.3},
            {"thresholds": [0.0, 0.2, 0.9]},
            {"class_id": 2},
            {"top_k": 2},
            {"top_k": 1, "class_id": 0},
        )
    ),
    *(
        (name, settings, BITS, SCORES[:, :3])
        for name in ("TruePositives", "FalsePositives", "TrueNegatives", "FalseNegatives")
        for settings in ({}, {"thresholds": [0.1, 0.7]})
    ),
    *(
        (name, {"average": average, "threshold": threshold}, ONE_HOT, SCORES)
        for name in ("F1Score", "FBetaScore")
        for average in ("micro", "macro", "weighted", None)
        for threshold in (None, 0.6)
    ),
    ("FBetaScore", {"beta": 0.5}, BITS, SCORES[:, :3]),
    *(
        ("AUC", {"curve": curve, "summation_method": method, **more}, BITS, SCORES[:, :3])
        for curve in ("ROC", "PR")
        for method in ("interpolation", "minoring", "majoring")
        for more in (
            {},
            {"num_thresholds": 5},
            {"thresholds": [0.2, 0.5, 0.9]},
            {"multi_label": True},
            {"multi_label": True, "label_weights": [1.0, 2.0, 0.5]},
        )
    ),
    ("AUC", {"from_logits": True}, BITS, 10 * SCORES[:, :3] - 5),
    ("AUC", {"label_weights": [1.0, 2.0, 0.5]}, BITS, SCORES[:, :3]),
    *(
        (name, {}, POSITIVE[::-1], POSITIVE)
        for name in ("RootMeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError")
    ),
    *(
        (name, {}, POSITIVE[::-1], POSITIVE)
        for name in ("MeanSquaredLogarithmicError", "LogCoshError", "Poisson", "CosineSimilarity")
    ),
    *(
        ("R2Score", {"class_aggregation": aggregation, "num_regressors": number}, POSITIVE[::-1].copy(), POSITIVE)
        for aggregation in ("uniform_average", "variance_weighted_average", None)
        for number in (0, 3)
    ),
    ("BinaryCrossentropy", {"label_smoothing": 0.2}, BITS, SCORES[:, :3]),
    ("CategoricalCrossentropy", {"from_logits": True}, ONE_HOT, SCORES),
    ("SparseCategoricalCrossentropy", {}, LABELS, PROBABILITIES),
    ("KLDivergence", {}, PROBABILITIES[::-1], PROBABILITIES),
    *((name, {}, 2 * BITS - 1, SCORES[:, :3]) for name in ("Hinge", "SquaredHinge")),
    ("CategoricalHinge", {}, ONE_HOT, SCORES),
]


@pytest.mark.parametrize(("name", "settings", "y_true", "y_pred"), CONFIGURED)
@pytest.mark.parametrize("weighted", [False, True])
def test_over_batches(name: str, settings: dict[str, Any], y_true: np.ndarray, y_pred: np.ndarray, weighted: bool) -> None:
    ours, theirs = getattr(pl.metrics, name)(**settings), getattr(keras.metrics, name)(**settings)
    weights = np.random.default_rng(1).uniform(0, 2, y_true.shape if y_pred.ndim == 3 else len(y_true)).astype("float32")
    for batch in (slice(0, 9), slice(9, 14), slice(14, None)):
        for metric in (ours, theirs):
            metric.update_state(y_true[batch], y_pred[batch], sample_weight=weights[batch] if weighted else None)
    if name == "R2Score" and settings["num_regressors"]:  # Keras counts each output of a sample as a sample there
        theirs.num_samples.assign(30)
    np.testing.assert_allclose(ours.result(), np.asarray(theirs.result()), rtol=1e-4, atol=1e-6)


OURS_ALONE = {"ConfusionMatrix"}
WITH_KERAS = [c for c in pl.metrics.registry.classes() if c.__name__ not in OURS_ALONE]


@pytest.mark.parametrize("cls", WITH_KERAS, ids=lambda cls: cls.__name__)
def test_names_arguments_and_defaults(cls: type[pl.metrics.Metric]) -> None:
    """What Keras has beside ours: dtype (sums are float64), and whether top-k gets sorted labels."""
    theirs = getattr(keras.metrics, cls.__name__)
    ours, keras_ = (inspect.signature(c.__init__).parameters for c in (cls, theirs))
    assert list(ours) == [name for name in keras_ if name not in ("dtype", "from_sorted_ids")]
    for name in ours:
        assert name in ("self", "name") or ours[name].default == keras_[name].default
    assert re.fullmatch(rf"{cls().name}(_\d+)?", theirs().name)  # Keras counts some of its automatic names


@pytest.mark.parametrize("name", ["mse", "mae", "mape", "msle", "bce", "auc", "f1_score", "MSE"])
def test_short_names(name: str) -> None:
    expected = keras.metrics.get(name)
    assert type(pl.metrics.get(name)).__name__ == type(expected).__name__
