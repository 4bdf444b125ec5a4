"""Squared error: the loss of regression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.autodiff import Tensor
from pellucid.kernels.call import Buffer, Call
from pellucid.ops.dtypes import floating
from pellucid.ops.mean_over_last_axis import MeanOverLastAxis


class SquaredError(MeanOverLastAxis):
    r"""Mean over the last axis of squared differences.

        L = 1/n sum_k (y_k - t_k)^2        dL/dy = 2/n (y - t) = -dL/dt

    Shapes: target t (..., n), prediction y (..., n) -> (...).
    """

    def forward(self, xp: Any, target: Any, prediction: Any) -> Any:
        return xp.mean((prediction - target) ** 2, axis=-1)

    def backward(self, xp: Any, grad: Any, target: Any, prediction: Any) -> Any:
        slope = grad[..., None] * (prediction - target) * (2 / target.shape[-1])
        return -slope, slope

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        return self._bind_forward("squared_error.forward", inputs, y)

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        target, prediction = needed
        calls: list[Call] = []
        # The error is symmetric: the derivative to either side is that to the second with the two exchanged.
        for pair, d, add in zip(((prediction, target), (target, prediction)), into, accumulate, strict=True):
            if d is not None:
                made = self._bind_backward("squared_error.backward", grad, pair, d, add)
                if made is None:
                    return None
                calls += made
        return calls


def squared_error(target: Any, prediction: Any) -> Tensor:
    """Mean of ``(prediction - target)^2`` over the last axis.

    Raises:
        ShapeError: the shapes differ (they are not broadcast), or there is no last axis.

    >>> import pellucid as pl
    >>> pl.ops.squared_error([[0.0, 0.0]], [[1.0, 3.0]]).numpy()
    array([5.], dtype=float32)
    """
    return SquaredError()(*floating(target, prediction))
