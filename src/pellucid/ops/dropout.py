"""Dropout: each element is kept or set to 0 by chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from pellucid.autodiff import Op, Spec, Tensor, as_tensor
from pellucid.errors import ArgumentError, ShapeError
from pellucid.kernels.call import Buffer, Call, Share, all_float32, reads
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.dtypes import floating
from pellucid.random.streams import key_words, uniform


@dataclass(frozen=True)
class Dropout(Op):
    r"""Inverted dropout.

        y = x m / (1 - rate)        m = [u >= rate], u uniform on [0, 1)        dL/dx = dL/dy m / (1 - rate)

    so that the expectation of y is x, and nothing needs to be done when the network is used.

    Shapes: x (batch, ...), clock (2,): the training step, and the place in the epoch of the batch's first sample -> x's.
    u is `random.streams.uniform`: a mask depends on key, step and the sample's place, so the way back makes it again
    instead of keeping it. (Srivastava et al. 2014.)
    """

    rate: float
    key: int

    def __post_init__(self) -> None:
        if not 0 <= self.rate < 1:
            raise ArgumentError(f"rate must be at least 0 and less than 1. Received {self.rate!r}.")
        if not 0 <= self.key < 2**64:
            raise ArgumentError(f"key must be an integer of 64 bits. Received {self.key!r}.")

    def infer(self, x: Spec, clock: Spec) -> Spec:
        if x.ndim < 1 or not x.is_float:
            raise ShapeError(f"x must be floats with an axis of samples, the first. Received {x}.")
        if clock.shape != (2,) or clock.dtype != np.int64:
            raise ShapeError(f"clock must be int64[2]: step and position. Received {clock}.")
        return x

    def forward(self, xp: Any, x: Any, clock: Any) -> Any:
        return xp.where(self._kept(x.shape, clock), x * (1 / (1 - self.rate)), 0)

    def backward(self, xp: Any, grad: Any, clock: Any) -> Any:
        return xp.where(self._kept(grad.shape, clock), grad * (1 / (1 - self.rate)), 0), None

    def _kept(self, shape: tuple[int, ...], clock: Any) -> Any:
        step, position = (int(n) for n in clock)
        u = uniform(self.key, step, position, shape[0], prod(shape[1:]))
        return (u >= np.float32(self.rate)).reshape(shape)

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        x, clock = inputs
        return self._bind(x, clock, y, add=False)

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        (clock,) = needed
        return None if into[0] is None else self._bind(grad, clock, into[0], add=accumulate[0])

    def _bind(self, x: Buffer, clock: Buffer, y: Buffer, add: bool) -> Sequence[Call] | None:
        if not all_float32(x, y):
            return None
        sizes = (x.rows, x.row_size, *key_words(self.key), float(self.rate), add)
        return [Call("dropout.mask", *sizes, reads(x, Share.ROWS), reads(clock), gradient_into(y, add))]


def dropout(x: Any, rate: float, key: int = 0, clock: Any = (0, 0)) -> Tensor:
    """``x`` with each element set to 0 with probability ``rate``, and the others divided by ``1 - rate``; see `Dropout`.

    Args:
        x: (batch, ...).
        rate: share of elements to drop, 0 <= rate < 1.
        key: names the stream of random numbers; from `pellucid.random.streams.stream_key`.
        clock: training step and place of the first sample in the epoch.

    >>> import pellucid as pl
    >>> pl.ops.dropout([[1.0, 1.0, 1.0, 1.0, 1.0, 1.0]], rate=0.5, key=3).numpy()
    array([[2., 0., 2., 2., 0., 2.]], dtype=float32)
    """
    return Dropout(rate, key)(*floating(x), as_tensor(clock))
