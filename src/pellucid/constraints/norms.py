"""Constraints on the norm of each unit's weights: at most, exactly, or between two numbers."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING

from pellucid import ops
from pellucid.arguments import integer, real
from pellucid.autodiff import Tensor
from pellucid.constraints.constraint import Constraint
from pellucid.errors import ArgumentError
from pellucid.kernels.call import Buffer, Call, Share, all_float32, reads, updates, writes

if TYPE_CHECKING:
    from pellucid.autodiff.spec import Shape

_EPSILON = 1e-7  # under a fraction, so that weights of norm 0 stay 0


class NormConstraint(Constraint):
    """Base of the constraints that multiply each unit's weights by one number, which follows from their norm.

        w <- w * target(norm) / (norm + 1e-7)        norm = sqrt(sum of w^2 over ``axis``)

    Args:
        axis: over which a norm is taken, an integer or several: 0 for the kernel (in, units) of `Dense`, whose columns are the
            units; (0, 1, 2) for the kernel (height, width, in, out) of a two-dimensional convolution.
    """

    def __init__(self, axis: int | Sequence[int] = 0) -> None:
        axes = axis if isinstance(axis, list | tuple) else [axis]
        if not axes:
            raise ArgumentError(f"{type(self).__name__}: axis must name at least one axis. Received {axis!r}.")
        named = tuple(integer(type(self).__name__, "axis", a) for a in axes)
        self.axis = named if isinstance(axis, list | tuple) else named[0]

    @property
    def bounds(self) -> tuple[float, float, float]:
        """Least and greatest norm, and the rate at which norms outside are brought to them."""
        raise NotImplementedError

    def __call__(self, w: Tensor) -> Tensor:
        low, high, rate = self.bounds
        norm = ops.sqrt(ops.sum(ops.square(w), axis=self._axes(w.shape), keepdims=True))
        wanted = ops.minimum(ops.maximum(norm, low), high)
        return w * ((rate * wanted + (1 - rate) * norm) / (norm + _EPSILON))

    def bind(self, w: Buffer) -> Sequence[Call] | None:
        """A twin where the norm is taken over the first axes, so that units are columns."""
        axes = self._axes(w.shape)
        if not all_float32(w) or not w.shape or axes != tuple(range(len(axes))):
            return None
        units = prod(w.shape[len(axes) :])
        factors = Buffer((units,), w.dtype, f"{w.name} factors")
        return [
            Call("constraint.norm_factors", w.size // max(units, 1), units, *self.bounds, reads(w), writes(factors)),
            Call("constraint.scale_columns", w.rows, w.row_size, units, reads(factors), updates(w, Share.ROWS)),
        ]

    def _axes(self, shape: Shape) -> tuple[int, ...]:
        named = self.axis if isinstance(self.axis, tuple) else (self.axis,)
        if not all(-len(shape) <= a < len(shape) for a in named):
            raise ArgumentError(f"{type(self).__name__}: axis={self.axis!r} does not fit a parameter of shape {shape}.")
        return tuple(sorted({a % len(shape) for a in named}))


class MaxNorm(NormConstraint):
    """Each unit's weights have a norm of at most ``max_value``; longer ones are shortened.

        w <- w * min(norm, max_value) / (norm + 1e-7)

    Keras has the same 1e-7, which shortens weights within the bound by a ten-millionth of themselves too.

    Args:
        max_value: greatest norm, >= 0.
        axis: see `NormConstraint`.

    Source: Srebro, Rennie and Jaakkola 2005; with dropout: Srivastava et al., "Dropout", 2014, section 5.1.

    >>> import pellucid as pl
    >>> pl.constraints.MaxNorm(2.5)(pl.tensor([[3.0, 0.3], [4.0, 0.4]])).numpy().round(3)
    array([[1.5, 0.3],
           [2. , 0.4]], dtype=float32)
    """

    def __init__(self, max_value: float = 2.0, axis: int | Sequence[int] = 0) -> None:
        super().__init__(axis)
        self.max_value = real("MaxNorm", "max_value", max_value, at_least=0)

    @property
    def bounds(self) -> tuple[float, float, float]:
        return 0.0, self.max_value, 1.0


class UnitNorm(NormConstraint):
    """Each unit's weights have the norm 1; weights of norm 0 stay 0.

        w <- w / (norm + 1e-7)

    Args:
        axis: see `NormConstraint`.

    >>> import pellucid as pl
    >>> pl.constraints.UnitNorm()(pl.tensor([3.0, 4.0])).numpy().round(3)
    array([0.6, 0.8], dtype=float32)
    """

    @property
    def bounds(self) -> tuple[float, float, float]:
        return 1.0, 1.0, 1.0


class MinMaxNorm(NormConstraint):
    """Each unit's weights have a norm between two numbers, or go part of the way there at each update.

        wanted = rate * min(max(norm, min_value), max_value) + (1 - rate) * norm
        w <- w * wanted / (norm + 1e-7)

    Args:
        min_value, max_value: least and greatest norm, 0 <= min_value <= max_value.
        rate: share of the way that is gone at each update, 0 < rate <= 1; 1 holds strictly.
        axis: see `NormConstraint`.

    >>> import pellucid as pl
    >>> pl.constraints.MinMaxNorm(1, 2, rate=0.5)(pl.tensor([3.0, 4.0])).numpy().round(3)  # from 5 half the way to 2
    array([2.1, 2.8], dtype=float32)
    """

    def __init__(self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: int | Sequence[int] = 0) -> None:
        super().__init__(axis)
        self.min_value = real("MinMaxNorm", "min_value", min_value, at_least=0)
        self.max_value = real("MinMaxNorm", "max_value", max_value, at_least=0)
        self.rate = real("MinMaxNorm", "rate", rate, above=0, at_most=1)
        if self.min_value > self.max_value:
            raise ArgumentError(f"MinMaxNorm: min_value must not exceed max_value. Received {min_value!r} and {max_value!r}.")

    @property
    def bounds(self) -> tuple[float, float, float]:
        return self.min_value, self.max_value, self.rate
