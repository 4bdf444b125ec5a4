"""NonNeg: no weight below zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pellucid import ops
from pellucid.autodiff import Tensor
from pellucid.constraints.constraint import Constraint
from pellucid.kernels.call import Call, all_float32, updates

if TYPE_CHECKING:
    from pellucid.kernels.call import Buffer


class NonNeg(Constraint):
    """Negative weights become 0: parts may be added, never taken away.

        w <- max(w, 0)

    >>> import pellucid as pl
    >>> pl.constraints.NonNeg()(pl.tensor([-1.0, 2.0])).numpy()
    array([0., 2.], dtype=float32)
    """

    def __call__(self, w: Tensor) -> Tensor:
        return ops.maximum(w, 0.0)

    def bind(self, w: Buffer) -> Sequence[Call] | None:
        return [Call("constraint.non_negative", w.rows, w.row_size, updates(w))] if all_float32(w) else None
