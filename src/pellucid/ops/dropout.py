"""Dropout: each element is kept by chance, or set to 0 or to SELU's lowest value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from pellucid.arguments import is_integer
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
        check_stream(self.rate, self.key)

    def infer(self, x: Spec, clock: Spec) -> Spec:
        return check_clock(x, clock)

    def forward(self, xp: Any, x: Any, clock: Any) -> Any:
        return xp.where(kept(self, x.shape, clock), x * (1 / (1 - self.rate)), 0)

    def backward(self, xp: Any, grad: Any, clock: Any) -> Any:
        return xp.where(kept(self, grad.shape, clock), grad * (1 / (1 - self.rate)), 0), None

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        x, clock = inputs
        return bind_mask(self, 1 / (1 - self.rate), 0.0, 0.0, x, clock, y, add=False)

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        (clock,) = needed
        return None if into[0] is None else bind_mask(self, 1 / (1 - self.rate), 0.0, 0.0, grad, clock, into[0], accumulate[0])


@dataclass(frozen=True)
class AlphaDropout(Op):
    r"""Dropout for SELU networks: what is dropped takes SELU's lowest value, and mean 0 and variance 1 are kept.

        y = a (x m + p (1 - m)) + b        p = -scale alpha, a = ((1 - rate) (1 + rate p^2))^-1/2, b = -a p rate

        dL/dx = dL/dy a m

    Shapes: as `Dropout`, whose mask m it shares. (Klambauer et al., "Self-normalizing neural networks", 2017.)
    """

    rate: float
    key: int

    def __post_init__(self) -> None:
        check_stream(self.rate, self.key)

    def infer(self, x: Spec, clock: Spec) -> Spec:
        return check_clock(x, clock)

    def forward(self, xp: Any, x: Any, clock: Any) -> Any:
        a, b, lowest = self.line
        return xp.where(kept(self, x.shape, clock), a * x + b, a * lowest + b)

    def backward(self, xp: Any, grad: Any, clock: Any) -> Any:
        return xp.where(kept(self, grad.shape, clock), grad * self.line[0], 0), None

    @property
    def line(self) -> tuple[float, float, float]:
        """a, b and p."""
        a = ((1 - self.rate) * (1 + self.rate * _LOWEST_OF_SELU**2)) ** -0.5
        return a, -a * _LOWEST_OF_SELU * self.rate, _LOWEST_OF_SELU

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        (x, clock), (a, b, lowest) = inputs, self.line
        return bind_mask(self, a, b, a * lowest + b, x, clock, y, add=False)

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        (clock,) = needed
        return None if into[0] is None else bind_mask(self, self.line[0], 0.0, 0.0, grad, clock, into[0], accumulate[0])


_LOWEST_OF_SELU = -1.0507009873554804934193349852946 * 1.6732632423543772848170429916717


def check_stream(rate: float, key: int) -> None:
    """Refuse what is no share or no key of a stream."""
    if not 0 <= rate < 1:
        raise ArgumentError(f"rate must be at least 0 and less than 1. Received {rate!r}.")
    check_key(key)


def check_key(key: int) -> None:
    """Refuse what is no key of a stream."""
    if not is_integer(key, at_least=0) or key >= 2**64:
        raise ArgumentError(f"key must be an integer >= 0 of 64 bits. Received {key!r}.")


def check_clock(x: Spec, clock: Spec) -> Spec:
    """``x``'s spec, where random numbers can be drawn for each of its samples."""
    if x.ndim < 1 or not x.is_float:
        raise ShapeError(f"x must be floats with an axis of samples, the first. Received {x}.")
    if clock.shape != (2,) or clock.dtype != np.int64:
        raise ShapeError(f"clock must be int64[2]: step and position. Received {clock}.")
    return x


def kept(op: Dropout | AlphaDropout, shape: tuple[int, ...], clock: Any) -> Any:
    """Which elements are not dropped."""
    step, position = (int(n) for n in clock)
    u = uniform(op.key, step, position, shape[0], prod(shape[1:]))
    return (u >= np.float32(op.rate)).reshape(shape)


def bind_mask(
    op: Dropout | AlphaDropout, scale: float, shift: float, other: float, x: Buffer, clock: Buffer, y: Buffer, add: bool
) -> Sequence[Call] | None:
    """y (+)= x scale + shift where kept, ``other`` where dropped."""
    if not all_float32(x, y):
        return None
    sizes = (x.rows, x.row_size, *key_words(op.key), float(op.rate), float(scale), float(shift), float(other), add)
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


def alpha_dropout(x: Any, rate: float, key: int = 0, clock: Any = (0, 0)) -> Tensor:
    """``x`` with elements set to SELU's lowest value with probability ``rate``, mean and variance kept; see `AlphaDropout`.

    >>> import pellucid as pl
    >>> pl.ops.alpha_dropout([[0.0, 0.0, 0.0, 0.0, 0.0, 0.0]], rate=0.5, key=3).numpy().round(3)
    array([[ 0.779, -0.779,  0.779,  0.779, -0.779,  0.779]], dtype=float32)
    """
    return AlphaDropout(rate, key)(*floating(x), as_tensor(clock))
