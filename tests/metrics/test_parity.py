"""The metrics beside Keras', over batches and weights."""

from __future__ import annotations

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


@pytest.mark.parametrize(("name", "y_true", "y_pred"), CASES)
@pytest.mark.parametrize("weighted", [False, True])
def test_over_batches(name: str, y_true: np.ndarray, y_pred: np.ndarray, weighted: bool) -> None:
    ours, theirs = getattr(pl.metrics, name)(), getattr(keras.metrics, name)()
    weights = np.random.default_rng(1).uniform(0, 2, y_true.shape if y_pred.ndim == 3 else len(y_true)).astype("float32")
    for batch in (slice(0, 9), slice(9, 14), slice(14, None)):
        for metric in (ours, theirs):
            metric.update_state(y_true[batch], y_pred[batch], sample_weight=weights[batch] if weighted else None)
    assert ours.result() == pytest.approx(float(theirs.result()), rel=1e-5)
    assert ours.name == theirs.name
