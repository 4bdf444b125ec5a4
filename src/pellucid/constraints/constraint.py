"""Constraint: what a parameter is held to after each update."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pellucid.autodiff import Tensor
from pellucid.configurable import Configurable

if TYPE_CHECKING:
    from pellucid.kernels.call import Buffer, Call


class Constraint(Configurable, ABC):
    """Base of all constraints: called with a parameter's values, gives the values to go on from.

    A subclass composes operations in ``__call__``; no derivative is taken of them. Optionally ``bind`` gives the same as calls
    of compiled kernels, its fast twin.

    >>> import numpy as np, pellucid as pl
    >>> class SumToOne(pl.constraints.Constraint):
    ...     def __call__(self, w):
    ...         return w / pl.ops.sum(w)
    >>> SumToOne()(pl.tensor([1.0, 3.0])).numpy()
    array([0.25, 0.75], dtype=float32)
    """

    @abstractmethod
    def __call__(self, w: Tensor) -> Tensor:
        """The values allowed in the place of ``w``, of its shape."""

    def bind(self, w: Buffer) -> Sequence[Call] | None:
        """Kernel calls that hold ``w`` to the constraint in place, or None where there is no twin for this buffer."""
        return None
