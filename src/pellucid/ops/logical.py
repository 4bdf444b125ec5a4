"""Logic: and, or, not. Any number other than 0 counts as true. There is no derivative."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.autodiff import Tensor, as_tensors
from pellucid.kernels.call import Buffer, Call, Share, reads, writes
from pellucid.ops.elementwise import Comparison


class LogicalAnd(Comparison):
    """Both a and b."""

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.logical_and(a, b)

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        a, b = inputs
        if a.shape != b.shape or not a.dtype == b.dtype == np.bool_:
            return None
        return [Call("logic.both", a.rows, a.row_size, reads(a, Share.ROWS), reads(b, Share.ROWS), writes(y))]


class LogicalOr(Comparison):
    """a or b, or both."""

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.logical_or(a, b)


class LogicalNot(Comparison):
    """The opposite of x."""

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.logical_not(x)


def logical_and(x1: Any, x2: Any) -> Tensor:
    """Where both ``x1`` and ``x2`` are true.

    >>> import pellucid as pl
    >>> pl.ops.logical_and([True, True, False], [True, False, False]).numpy()
    array([ True, False, False])
    """
    return LogicalAnd()(*as_tensors(x1, x2))


def logical_or(x1: Any, x2: Any) -> Tensor:
    """Where ``x1`` or ``x2``, or both, are true.

    >>> import pellucid as pl
    >>> pl.ops.logical_or([True, True, False], [True, False, False]).numpy()
    array([ True,  True, False])
    """
    return LogicalOr()(*as_tensors(x1, x2))


def logical_not(x: Any) -> Tensor:
    """Where ``x`` is false.

    >>> import pellucid as pl
    >>> pl.ops.logical_not([True, False]).numpy()
    array([False,  True])
    """
    return LogicalNot()(*as_tensors(x))
