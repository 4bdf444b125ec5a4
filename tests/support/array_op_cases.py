"""Cases of array functions: running sums, products, lengths, Einstein's sums."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pellucid import ops
from pellucid.autodiff import Op
from tests.support.op_case import Array, Case


def _normal(*shapes: tuple[int, ...]) -> Callable[[np.random.Generator], tuple[Array, ...]]:
    return lambda rng: tuple(rng.normal(size=shape) for shape in shapes)


def _with_zeros(rng: np.random.Generator) -> tuple[Array, ...]:
    """No zero, one and two in a row."""
    x = rng.normal(size=(3, 4))
    x[1, 2] = x[2, 0] = x[2, 3] = 0
    return (x,)


_SUMS: dict[str, tuple[tuple[int, ...], ...]] = {
    "ij,jk->ik": ((2, 3), (3, 4)),
    "bij,bjk->bik": ((2, 2, 3), (2, 3, 2)),
    "ij->ji": ((2, 3),),
    "ij->": ((2, 3),),
    "i,j->ij": ((2,), (3,)),
    "ij,ij->i": ((2, 3), (2, 3)),
    "ijk,k->j": ((2, 3, 2), (2,)),
    "ij,jk,kl->il": ((2, 3), (3, 2), (2, 2)),
    "ij,k->i": ((2, 3), (4,)),
    "i,i->i": ((0,), (0,)),
    "->": ((),),
}

ARRAY_CASES: dict[type[Op], list[Case]] = {
    ops.CumSum: [
        Case(ops.CumSum(0), _normal((4,)), "vector"),
        Case(ops.CumSum(-1), _normal((2, 3)), "last"),
        Case(ops.CumSum(1), _normal((2, 3, 2)), "middle"),
        Case(ops.CumSum(0), _normal((0, 2)), "empty"),
    ],
    ops.Prod: [
        Case(ops.Prod(), _normal((2, 3)), "all"),
        Case(ops.Prod((1,), True), _with_zeros, "zeros"),
        Case(ops.Prod((0, -1)), _normal((2, 3, 2)), "two"),
        Case(ops.Prod((1,)), _normal((2, 0)), "empty"),
        Case(ops.Prod(), _normal(()), "number"),
    ],
    ops.Norm: [
        Case(ops.Norm(), _normal((2, 3)), "all"),
        Case(ops.Norm((-1,), True), _normal((2, 3, 4)), "kept"),
        Case(ops.Norm((0, 2)), _normal((2, 3, 4)), "two"),
        Case(ops.Norm((1,)), _normal((2, 0)), "empty"),
    ],
    ops.Einsum: [Case(ops.Einsum(equation), _normal(*shapes), equation) for equation, shapes in _SUMS.items()],
}
