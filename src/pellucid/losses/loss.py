"""Loss: how far predictions are from their targets, as one number to descend on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from pellucid import ops
from pellucid.autodiff import Spec, Tensor, as_tensor
from pellucid.configurable import Configurable, snake_case
from pellucid.errors import ArgumentError, DataError, ShapeError
from pellucid.losses.alignment import align_target, align_weights, of_steps

Array = npt.NDArray[Any]


REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)


class Loss(Configurable, ABC):
    r"""Base of all losses.

        loss(y_true, y_pred, w) = sum over all values of w * call(y_true, y_pred) / number of values

    which is Keras' "sum_over_batch_size": weights are not divided out again. Where ``y_pred`` carries the mask of a sequence (a
    model's output after `Masking` or ``Embedding(mask_zero=True)``), the steps that it hides do not count, as in Keras: neither
    in the sum nor in the number. So the loss is the mean over all steps that are there, and 0 where there is none.

    A subclass writes ``call``; it may narrow ``check_targets``, and say by ``mask`` which values do not count.

    Args:
        name: for messages and histories; the class's name where absent.
        reduction: how the values of a batch become one number:
            "sum_over_batch_size" or "mean" divide their weighted sum by their number;
            "mean_with_sample_weight" divides it by the sum of the weights (0 where that is 0);
            "sum" does not divide it; "none" or None leaves the weighted values as they are: for use by hand, not for training.

    Raises:
        ArgumentError: ``reduction`` is none of these.

    >>> import pellucid as pl
    >>> pl.losses.MeanSquaredError()([[0.0, 1.0]], [[0.5, 0.5]]).item()
    0.25
    """

    takes_labels: ClassVar[bool] = False
    """Whether a target is the number of a class, one axis less than the scores of the classes."""

    axis: int = -1
    """Of the predictions: the axis that ``call`` reduces."""

    def __init__(self, name: str | None = None, reduction: str | None = "sum_over_batch_size") -> None:
        self.name = name or snake_case(type(self).__name__)
        if reduction not in REDUCTIONS:
            raise ArgumentError(
                f"{self.name}: reduction must be one of {', '.join(map(repr, REDUCTIONS))}. Received {reduction!r}."
            )
        self.reduction = reduction

    @abstractmethod
    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """The loss of each sample: shape (batch, ...), one axis of ``y_pred`` reduced."""

    def mask(self, y_true: Tensor) -> Tensor | None:
        """1 for each value of ``call`` that counts, 0 for each that does not, which must be 0; None where all count."""
        return None

    def values(self, y_true: Any, y_pred: Any) -> Tensor:
        """The loss of each sample, for targets and predictions as they come.

        Raises:
            ShapeError: the shapes do not fit each other.
        """
        prediction = _floating(y_pred)
        return self.call(self._target(as_tensor(y_true), prediction), prediction)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tensor:
        """The loss as one number; with ``reduction`` None, as values.

        Args:
            y_true, y_pred: targets and predictions.
            sample_weight: one number a sample, or one for each value of ``call``.

        Raises:
            ShapeError: the shapes do not fit each other.
        """
        prediction = _floating(y_pred)
        target = self._target(as_tensor(y_true), prediction)
        values = self.call(target, prediction)
        weights = None if sample_weight is None else align_weights(as_tensor(sample_weight), values)
        mask = of_steps(as_tensor(y_pred).mask, values)
        own = self.mask(target)
        if mask is not None and own is not None:
            mask = ops.logical_and(align_weights(mask, own), own)
        return self._reduce(values, weights, own if mask is None else mask)

    def _reduce(self, values: Tensor, weights: Tensor | None, mask: Tensor | None) -> Tensor:
        if self.reduction in ("sum_over_batch_size", "mean"):
            return ops.weighted_mean(values, weights) if mask is None else ops.masked_mean(values, mask, weights)
        if mask is not None:
            values = values * ops.cast(align_weights(mask, values), values.dtype)
        weighted = values if weights is None else values * ops.cast(weights, values.dtype)
        if self.reduction in ("none", None):
            return weighted
        total = ops.sum(weighted)
        if self.reduction == "sum":
            return total
        if self.reduction == "mean_with_sample_weight" and weights is not None:
            counted = ops.ones_like(values) if mask is None else ops.cast(align_weights(mask, values), values.dtype)
            number = ops.sum(counted * ops.cast(weights, values.dtype))
        elif mask is not None:
            number = ops.sum(ops.ones_like(values) * ops.cast(align_weights(mask, values), values.dtype))
        else:
            return ops.weighted_mean(values)
        return total / ops.where(ops.equal(number, 0), ops.ones_like(number), number)

    def _target(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """The target in the shape and dtype that ``call`` is promised."""
        target = align_target(y_true, y_pred, labels=self.takes_labels, axis=self.axis)
        dtype = np.dtype(np.int64) if self.takes_labels else y_pred.dtype
        return target if target.dtype == dtype else ops.cast(target, dtype)

    def target_dtype(self, outputs: Spec) -> np.dtype[Any]:
        """The dtype in which a training loop hands over targets for outputs of this spec."""
        return np.dtype(np.int64) if self.takes_labels else _float_of(outputs)

    def check_targets(self, y: Array, outputs: Spec) -> None:
        """Refuse targets that this loss cannot be computed on, before any training.

        Args:
            y: all targets, first axis the samples.
            outputs: spec of the model's output, first axis the batch.

        Raises:
            ShapeError: the shape of one target does not fit the output's.
            DataError: a value cannot be a target; names the first row that has one.
        """
        if y.dtype.kind not in "iufb":
            raise DataError(f"{self.name}: targets must be numbers. Received dtype {y.dtype}.")
        self._check_shape(y, outputs)
        refuse_rows(self.name, y, ~np.isfinite(y), "targets must be finite numbers")
        if y.dtype == np.float64 and not self.takes_labels and _float_of(outputs) == np.float32:
            beyond = np.abs(y) > np.finfo(np.float32).max
            refuse_rows(self.name, y, beyond, "targets must lie within the range of float32", "Scale them first.")

    def _check_shape(self, y: Array, outputs: Spec) -> None:
        expected = outputs.shape[1:]
        if y.shape[1:] != expected and _without_last_one(y.shape[1:]) != _without_last_one(expected):
            raise ShapeError(
                f"{self.name}: one target has shape {y.shape[1:]}, but the model's output for one sample has shape {expected}."
            )


def _floating(y_pred: Any) -> Tensor:
    prediction = as_tensor(y_pred)
    return prediction if prediction.spec.is_float else ops.cast(prediction, np.float32)


def _float_of(outputs: Spec) -> np.dtype[Any]:
    return outputs.dtype if outputs.is_float else np.dtype(np.float32)


def _without_last_one(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape[:-1] if shape and shape[-1] == 1 else shape


def refuse_rows(owner: str, y: Array, wrong: Array, rule: str, way_out: str = "") -> None:
    """Raise DataError for the first row of ``y`` where ``wrong`` is true anywhere."""
    if wrong.any():
        place = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
        hint = f" {way_out}" if way_out else ""
        raise DataError(f"{owner}: {rule}. Received {y[place].item()!r} in row {int(place[0])}.{hint}")
