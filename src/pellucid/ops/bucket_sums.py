"""Weights summed by the bucket that a value falls into: a histogram."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from pellucid.autodiff import Op, Spec, Tensor
from pellucid.errors import ArgumentError, ShapeError
from pellucid.ops.dtypes import floating


@dataclass(frozen=True)
class BucketSums(Op):
    """y_i = sum of the weights whose values lie above edge i, and not above edge i + 1. No derivative.

    The last bucket has no upper edge; what is not above the first edge (and NaN) falls into none. Edges are compared in the
    values' precision.

    Shapes: values and weights (n, columns) -> (columns, edges).
    """

    edges: tuple[float, ...]

    stops_gradient = True

    def infer(self, values: Spec, weights: Spec) -> Spec:
        if values.ndim != 2 or weights.shape != values.shape:
            raise ShapeError(f"values and weights must be of one shape (n, columns). Received {values} and {weights}.")
        return Spec((values.shape[1], len(self.edges)), weights.dtype)

    def forward(self, xp: Any, values: Any, weights: Any) -> Any:
        buckets = len(self.edges)
        index = np.searchsorted(np.asarray(self.edges, values.dtype), values, side="left") - 1
        columns = values.shape[1]
        index = np.where((index < 0) | np.isnan(values), columns * buckets, index + np.arange(columns) * buckets)
        sums = np.bincount(index.ravel(), weights.ravel(), columns * buckets + 1)
        return sums[:-1].reshape(columns, buckets).astype(weights.dtype)


def bucket_sums(values: Any, weights: Any, edges: Any) -> Tensor:
    """The sum of the weights in each bucket: above its edge, and not above the next.

    Args:
        values, weights: (n, columns).
        edges: increasing.

    Raises:
        ArgumentError: the edges do not increase.

    >>> import pellucid as pl
    >>> pl.ops.bucket_sums([[0.1], [0.5], [0.9]], [[1.0], [1.0], [2.0]], [0.0, 0.5]).numpy()
    array([[2., 2.]], dtype=float32)
    """
    edges = tuple(float(e) for e in edges)
    if not edges or any(a > b for a, b in pairwise(edges)):
        raise ArgumentError(f"bucket_sums: edges must be increasing numbers, at least one. Received {edges}.")
    return BucketSums(edges)(*floating(values, weights))
