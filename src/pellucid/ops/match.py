"""Matches: whether predictions are right, the counts behind every accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.autodiff import Op, Spec, Tensor, as_tensors
from pellucid.errors import ArgumentError, ShapeError
from pellucid.kernels.call import Buffer, Call, Share, all_float32, reads, writes
from pellucid.ops.binding import vectors
from pellucid.ops.dtypes import floating


class Match(Op):
    """1.0 where a prediction is right and 0.0 where it is not, in float32: a constant to the gradient."""

    stops_gradient = True

    def _bind(self, kernel: str, inputs: Sequence[Buffer], y: Buffer, *settings: float) -> Sequence[Call] | None:
        truth, prediction = inputs
        if len(prediction.shape) < 2 or not all_float32(prediction, y):
            return None
        places = (reads(truth, Share.ROWS), reads(prediction, Share.ROWS), writes(y))
        return [Call(kernel, *vectors(prediction), *settings, *places)]


class SparseMatch(Match):
    r"""Whether the greatest score is that of the right class.

        y = [argmax_k p_k = c]

    Shapes: labels c, integers (...), scores p (..., C) -> (...). Of equal scores the first counts.
    """

    def infer(self, truth: Spec, prediction: Spec) -> Spec:
        if truth.dtype.kind not in "iu" or prediction.ndim < 1 or truth.shape != prediction.shape[:-1]:
            raise ShapeError(
                f"labels must be integers of the predictions' shape without its last axis. Received labels {truth} and "
                f"predictions {prediction}."
            )
        return _of_vectors(prediction)

    def forward(self, xp: Any, truth: Any, prediction: Any) -> Any:
        return (xp.argmax(prediction, axis=-1) == truth).astype(np.float32)

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        return self._bind("match.sparse", inputs, y) if inputs[0].dtype == np.int64 else None


class CategoricalMatch(Match):
    r"""Whether the greatest score is where the greatest target is.

        y = [argmax_k p_k = argmax_k t_k]

    Shapes: targets t, one-hot or probabilities, (..., C), scores p (..., C) -> (...). Of equal scores the first counts.
    """

    def infer(self, truth: Spec, prediction: Spec) -> Spec:
        return _of_vectors(_of_one_shape(truth, prediction))

    def forward(self, xp: Any, truth: Any, prediction: Any) -> Any:
        return (xp.argmax(prediction, axis=-1) == xp.argmax(truth, axis=-1)).astype(np.float32)

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        return self._bind("match.categorical", inputs, y) if all_float32(inputs[0]) else None


@dataclass(frozen=True)
class BinaryMatch(Match):
    r"""Share of elements along the last axis that are on the right side of a threshold.

        y = 1/n sum_k [[p_k > threshold] = t_k]

    Shapes: targets t, 0 or 1, (..., n), predictions p (..., n) -> (...).
    """

    threshold: float = 0.5

    def infer(self, truth: Spec, prediction: Spec) -> Spec:
        return _of_vectors(_of_one_shape(truth, prediction))

    def forward(self, xp: Any, truth: Any, prediction: Any) -> Any:
        return xp.mean((prediction > self.threshold) == truth, axis=-1, dtype=np.float32)

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        return self._bind("match.binary", inputs, y, float(self.threshold)) if all_float32(inputs[0]) else None


def _of_vectors(prediction: Spec) -> Spec:
    if prediction.shape[-1] == 0:
        raise ShapeError(f"predictions must have a last axis with at least one entry. Received {prediction}.")
    return Spec(prediction.shape[:-1], np.float32)


def _of_one_shape(truth: Spec, prediction: Spec) -> Spec:
    if truth.shape != prediction.shape or prediction.ndim < 1:
        raise ShapeError(f"targets and predictions must have one shape. Received targets {truth} and predictions {prediction}.")
    return prediction


def sparse_match(truth: Any, prediction: Any) -> Tensor:
    """1.0 where the greatest of the scores ``prediction`` is that of the class ``truth``, else 0.0.

    >>> import pellucid as pl
    >>> pl.ops.sparse_match([1, 0], [[0.2, 0.8], [0.3, 0.7]]).numpy()
    array([1., 0.], dtype=float32)
    """
    labels, scores = as_tensors(truth, prediction)
    if labels.dtype.kind not in "iu":
        raise ArgumentError(f"sparse_match: labels must be integers. Received {labels.spec}. Convert them: astype('int64').")
    return SparseMatch()(labels, *floating(scores))


def categorical_match(truth: Any, prediction: Any) -> Tensor:
    """1.0 where the greatest of the scores ``prediction`` is where the greatest of ``truth`` is, else 0.0.

    >>> import pellucid as pl
    >>> pl.ops.categorical_match([[0.0, 1.0], [1.0, 0.0]], [[0.2, 0.8], [0.3, 0.7]]).numpy()
    array([1., 0.], dtype=float32)
    """
    return CategoricalMatch()(*floating(truth, prediction))


def binary_match(truth: Any, prediction: Any, threshold: float = 0.5) -> Tensor:
    """Share of the last axis where ``prediction > threshold`` says what ``truth`` (0 or 1) says.

    >>> import pellucid as pl
    >>> pl.ops.binary_match([[1.0], [0.0]], [[0.8], [0.7]]).numpy()
    array([1., 0.], dtype=float32)
    """
    return BinaryMatch(float(threshold))(*floating(truth, prediction))
