"""MetricWeight: what a metric that is written in Keras' manner keeps from batch to batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid import ops
from pellucid.autodiff import Tensor, as_tensor
from pellucid.errors import TraceError

Array = npt.NDArray[Any]


class MetricWeight(np.lib.mixins.NDArrayOperatorsMixin):
    """A number or an array of float64 that batches are added to; made by ``Metric.add_weight``.

    In calculations it is a NumPy array. While a metric is made part of a training program, it only notes what is added to it: the
    program sums that over batches. Its value is not known then.

    Args:
        name: in messages.
        initial: the value before any batch.
    """

    def __init__(self, name: str, initial: Array) -> None:
        self.name = name
        self.initial = np.array(initial, np.float64)
        self._value = self.initial.copy()
        self._noted: list[Tensor] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        return self.initial.shape

    def numpy(self) -> Array:
        """The value.

        Raises:
            TraceError: it is asked for in ``update_state`` while the metric becomes part of a program.
        """
        self._refuse("it is read")
        return self._value.copy()

    def assign_add(self, value: Any) -> None:
        """Add a batch's share: of this shape, or one number for all."""
        if self._noted is not None:
            self._noted.append(as_tensor(value))
        else:
            self._value = self._value + np.broadcast_to(np.asarray(value, np.float64), self.shape)

    def assign_sub(self, value: Any) -> None:
        """Take a batch's share away."""
        self.assign_add(-as_tensor(value))

    def assign(self, value: Any) -> None:
        """Let the value be this.

        Raises:
            TraceError: while the metric becomes part of a program: only sums are right there.
        """
        self._refuse("it is assigned")
        self._value = np.array(np.broadcast_to(np.asarray(value, np.float64), self.shape))

    def note(self) -> None:
        """From now on, note what is added."""
        self._noted = []

    def noted(self) -> Tensor:
        """The sum of what was noted, with a first axis of length 1; noting ends."""
        parts, self._noted = self._noted or [], None
        total = as_tensor(np.zeros(self.shape, np.float32))
        for part in parts:
            total = total + (part if part.spec.is_float else ops.cast(part, np.float32))
        return ops.reshape(total, (1, *self.shape))

    def cancel(self) -> None:
        """End noting without a result."""
        self._noted = None

    def _refuse(self, why: str) -> None:
        if self._noted is not None:
            raise TraceError(
                f"The metric's weight {self.name!r} has no value while update_state becomes part of a program, and {why} there. "
                "Use assign_add alone, with sums over the batch, and compute from them in result(). A metric that needs more is "
                "counted by hand: in a callback, or in the model's own test_step."
            )

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Array:
        self._refuse("it is read")
        return np.array(self._value, dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **settings: Any) -> Any:
        return getattr(ufunc, method)(*(np.asarray(v) if isinstance(v, MetricWeight) else v for v in inputs), **settings)

    def __float__(self) -> float:
        return float(self.numpy())

    def __repr__(self) -> str:
        return f"MetricWeight({self.name!r}, {'noting' if self._noted is not None else self._value.tolist()})"


def collected(weights: Sequence[MetricWeight], update: Any) -> tuple[Tensor, ...]:
    """What ``update()`` adds to each of the weights."""
    for weight in weights:
        weight.note()
    try:
        update()
        return tuple(weight.noted() for weight in weights)
    finally:
        for weight in weights:
            weight.cancel()
