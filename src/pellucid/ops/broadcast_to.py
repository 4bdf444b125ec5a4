"""broadcast_to: an array stretched to a shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.autodiff import Op, Spec, Tensor, as_tensor
from pellucid.autodiff.spec import Shape
from pellucid.errors import ShapeError
from pellucid.ops.shapes import broadcast, without_open


@dataclass(frozen=True)
class BroadcastTo(Op):
    """x repeated along axes of length 1, and along new axes in front, up to ``shape``; -1 keeps the input's length.

    The derivative sums over the repetitions.
    """

    shape: Shape

    def infer(self, x: Spec) -> Spec:
        shape = _filled(self.shape, x.shape)
        if broadcast(x.shape, shape) != shape:
            raise ShapeError(f"a shape of {x.shape} does not stretch to {shape}: only an axis of length 1 can.")
        return x.with_shape(shape)

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.broadcast_to(x, _filled(self.shape, x.shape))

    def backward(self, xp: Any, grad: Any) -> Any:
        return grad  # the caller sums what was stretched


def _filled(shape: Shape, given: Shape) -> Shape:
    new = len(shape) - len(given)
    if any(n < -1 or (n == -1 and i < new) for i, n in enumerate(shape)) or new < 0:
        raise ShapeError(f"a shape of {given} does not stretch to {shape}.")
    return tuple(given[i - new] if n == -1 else n for i, n in enumerate(shape))


def broadcast_to(x: Any, shape: Sequence[int]) -> Tensor:
    """``x`` stretched to ``shape``; a length of -1 keeps that of ``x``.

    Raises:
        ShapeError: an axis that is not of length 1 would have to stretch.

    >>> import pellucid as pl
    >>> pl.ops.broadcast_to([1.0, 2.0], (2, 2)).numpy()
    array([[1., 2.],
           [1., 2.]], dtype=float32)
    """
    return BroadcastTo(without_open(tuple(shape)))(as_tensor(x))
