"""Comparisons: true or false for each pair of elements. They have no derivative."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.autodiff import Tensor
from pellucid.autodiff.tensor import tensor_method
from pellucid.kernels.call import Buffer, Call, Share, reads, writes
from pellucid.ops.dtypes import together
from pellucid.ops.elementwise import Comparison


class Equal(Comparison):
    """a == b."""

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a == b


class NotEqual(Comparison):
    """a != b."""

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a != b

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        a, b = inputs
        if a.dtype != b.dtype or a.dtype not in (np.int64, np.float32) or a.shape != y.shape or b.size != 1:
            return None
        return [Call(f"logic.{a.dtype}_differs", a.rows, a.row_size, reads(a, Share.ROWS), reads(b), writes(y))]


class Less(Comparison):
    """a < b."""

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a < b


class LessEqual(Comparison):
    """a <= b."""

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a <= b


class Greater(Comparison):
    """a > b."""

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a > b


class GreaterEqual(Comparison):
    """a >= b."""

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a >= b


@tensor_method("equal")
def equal(x1: Any, x2: Any) -> Tensor:
    """Where ``x1`` and ``x2`` are equal.

    >>> import pellucid as pl
    >>> pl.ops.equal([1, 2, 3], [1, 0, 3]).numpy()
    array([ True, False,  True])
    """
    return Equal()(*together(x1, x2))


@tensor_method("not_equal")
def not_equal(x1: Any, x2: Any) -> Tensor:
    """Where ``x1`` and ``x2`` differ.

    >>> import pellucid as pl
    >>> pl.ops.not_equal([1, 2, 3], [1, 0, 3]).numpy()
    array([False,  True, False])
    """
    return NotEqual()(*together(x1, x2))


@tensor_method("less")
def less(x1: Any, x2: Any) -> Tensor:
    """Where ``x1`` is below ``x2``.

    >>> import pellucid as pl
    >>> pl.ops.less([1, 2, 3], 2).numpy()
    array([ True, False, False])
    """
    return Less()(*together(x1, x2))


@tensor_method("less_equal")
def less_equal(x1: Any, x2: Any) -> Tensor:
    """Where ``x1`` is below ``x2`` or equal to it.

    >>> import pellucid as pl
    >>> pl.ops.less_equal([1, 2, 3], 2).numpy()
    array([ True,  True, False])
    """
    return LessEqual()(*together(x1, x2))


@tensor_method("greater")
def greater(x1: Any, x2: Any) -> Tensor:
    """Where ``x1`` is above ``x2``.

    >>> import pellucid as pl
    >>> pl.ops.greater([1, 2, 3], 2).numpy()
    array([False, False,  True])
    """
    return Greater()(*together(x1, x2))


@tensor_method("greater_equal")
def greater_equal(x1: Any, x2: Any) -> Tensor:
    """Where ``x1`` is above ``x2`` or equal to it.

    >>> import pellucid as pl
    >>> pl.ops.greater_equal([1, 2, 3], 2).numpy()
    array([False,  True,  True])
    """
    return GreaterEqual()(*together(x1, x2))
