"""Operations behind metrics, by NumPy's histogram and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid import ops
from pellucid.errors import ArgumentError, ShapeError

RNG = np.random.default_rng(31)


def test_buckets_by_numpy() -> None:
    """NumPy's bins hold their lower edge, ours their upper one: of values drawn at random the same."""
    values, weights = RNG.uniform(0, 1, (50, 2)), RNG.uniform(0, 1, (50, 2))
    edges = [0.0, 0.2, 0.5, 0.9]
    found = ops.bucket_sums(values, weights, edges).numpy()
    for column in range(2):
        expected, _ = np.histogram(values[:, column], [*edges, 2.0], weights=weights[:, column])
        np.testing.assert_allclose(found[column], expected)


def test_a_value_at_an_edge_is_not_above_it() -> None:
    assert ops.bucket_sums([[0.5], [0.0], [np.nan], [9.0]], np.ones((4, 1)), [0.0, 0.5]).numpy().tolist() == [[1.0, 1.0]]


def test_top_k_by_hand() -> None:
    scores = [[3.0, 1.0, 2.0], [1.0, 1.0, 1.0]]
    assert ops.top_k_mask(scores, 2).numpy().tolist() == [[1.0, 0.0, 1.0], [1.0, 1.0, 0.0]]
    assert ops.top_k_mask(scores, 7).numpy().tolist() == [[1.0] * 3] * 2


def test_refused() -> None:
    with pytest.raises(ArgumentError, match="k must be at least 1"):
        ops.top_k_mask([[1.0]], 0)
    with pytest.raises(ArgumentError, match="edges must be increasing"):
        ops.bucket_sums([[1.0]], [[1.0]], [1.0, 0.0])
    with pytest.raises(ShapeError, match="one shape"):
        ops.bucket_sums([1.0], [1.0], [0.0])
