"""Example inputs for every operation: a class without a case fails tests/ops/test_every_op.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid import ops
from pellucid.autodiff import Op
from pellucid.ops.getitem import ARRAY, Slice
from tests.support.activation_cases import ACTIVATION_CASES
from tests.support.array_op_cases import ARRAY_CASES
from tests.support.attention_cases import ATTENTION_CASES
from tests.support.fused_op_cases import FUSED_CASES
from tests.support.image_op_cases import IMAGE_CASES
from tests.support.op_case import Case
from tests.support.scan_cases import SCAN_CASES

__all__ = ["CASES", "Case"]

Array = npt.NDArray[Any]
Shape = tuple[int, ...]
Generator = np.random.Generator
Draw = Callable[[Generator], tuple[Array, ...]]


def normal(*shapes: Shape) -> Draw:
    return lambda rng: tuple(rng.normal(size=s) for s in shapes)


def away_from_zero(*shapes: Shape) -> Draw:
    """Of either sign, at least 0.2 from 0."""
    return lambda rng: tuple(rng.uniform(0.2, 2.0, s) * rng.choice([-1.0, 1.0], s) for s in shapes)


def positive(*shapes: Shape) -> Draw:
    return lambda rng: tuple(rng.uniform(0.3, 3.0, s) for s in shapes)


def distinct(*shapes: Shape) -> Draw:
    """No two elements nearer than 0.1, so that no maximum is near a tie."""

    def draw(rng: Generator) -> tuple[Array, ...]:
        sizes = [int(np.prod(s)) for s in shapes]
        values = 0.1 * rng.permutation(sum(sizes)) - 0.05 * sum(sizes)
        parts = np.split(values, np.cumsum(sizes)[:-1])
        return tuple(part.reshape(s) for part, s in zip(parts, shapes, strict=True))

    return draw


def with_integers(draw: Draw, high: int, *shapes: Shape) -> Draw:
    return lambda rng: (*draw(rng), *(rng.integers(-high, high, s) for s in shapes))


def integers(*shapes: Shape) -> Draw:
    return lambda rng: tuple(rng.integers(0, 4, s) for s in shapes)


def chosen(*shapes: Shape) -> Draw:
    """A condition and two inputs."""
    condition, *others = shapes
    return lambda rng: (rng.uniform(size=condition) > 0.5, *normal(*others)(rng))


def truths(*shapes: Shape) -> Draw:
    return lambda rng: tuple(rng.uniform(size=s) > 0.5 for s in shapes)


def binary(op: type[Op], draw: Callable[..., Draw], derivative: bool = True) -> dict[type[Op], list[Case]]:
    """The ways in which two shapes broadcast."""
    pairs: dict[str, tuple[Shape, Shape]] = {
        "same": ((3, 4), (3, 4)),
        "row": ((3, 4), (4,)),
        "column": ((3, 1), (3, 4)),
        "both": ((3, 1, 2), (4, 1)),
        "number": ((2, 3), ()),
        "empty": ((0, 3), (1, 3)),
    }
    return {op: [Case(op(), draw(*shapes), label, derivative) for label, shapes in pairs.items()]}


def unary(op: type[Op], draw: Callable[..., Draw], derivative: bool = True) -> dict[type[Op], list[Case]]:
    shapes: dict[str, Shape] = {"matrix": (3, 4), "number": (), "large": (20, 15), "empty": (0, 2)}
    return {op: [Case(op(), draw(shape), label, derivative) for label, shape in shapes.items()]}


def reduction(op: Callable[..., Op], draw: Callable[..., Draw], derivative: bool = True) -> list[Case]:
    return [
        Case(op(None), draw((3, 4)), "all", derivative),
        Case(op((0,)), draw((3, 4)), "first", derivative),
        Case(op((-1,), True), draw((3, 4)), "last-kept", derivative),
        Case(op((0, 2)), draw((2, 3, 4)), "two", derivative),
        Case(op(()), draw((2, 3)), "none", derivative),
        Case(op(None), draw(()), "number", derivative),
        Case(op((1,)), draw((0, 3)), "empty", derivative),
        Case(op((1,)), draw((30, 10)), "large", derivative),
    ]


_MATRIX_PRODUCTS: dict[str, tuple[Shape, Shape]] = {
    "matrices": ((3, 4), (4, 2)),
    "row": ((4,), (4, 2)),
    "column": ((3, 4), (4,)),
    "inner": ((4,), (4,)),
    "batch": ((2, 3, 4), (2, 4, 5)),
    "one-matrix-for-a-batch": ((2, 3, 4), (4, 5)),
    "batches-broadcast": ((2, 1, 3, 4), (5, 4, 2)),
    "row-for-a-batch": ((4,), (2, 4, 3)),
    "batch-by-column": ((2, 3, 4), (4,)),
    "size-one": ((1, 1), (1, 1)),
    "no-rows": ((0, 4), (4, 2)),
    "large": ((20, 30), (30, 10)),
}

ALL = Slice()

CASES: dict[type[Op], list[Case]] = {
    **binary(ops.Add, normal),
    **binary(ops.Subtract, normal),
    **binary(ops.Multiply, normal),
    **binary(ops.Divide, away_from_zero),
    **binary(ops.Power, positive),
    **binary(ops.Maximum, distinct),
    **binary(ops.Minimum, distinct),
    **binary(ops.Equal, integers, derivative=False),
    **binary(ops.NotEqual, integers, derivative=False),
    **binary(ops.Less, normal, derivative=False),
    **binary(ops.LessEqual, integers, derivative=False),
    **binary(ops.Greater, normal, derivative=False),
    **binary(ops.GreaterEqual, integers, derivative=False),
    **binary(ops.LogicalAnd, truths, derivative=False),
    **binary(ops.LogicalOr, truths, derivative=False),
    **unary(ops.LogicalNot, truths, derivative=False),
    **unary(ops.Negative, normal),
    **unary(ops.Absolute, away_from_zero),
    **unary(ops.Sign, away_from_zero),
    **unary(ops.Square, normal),
    **unary(ops.Sqrt, positive),
    **unary(ops.Exp, normal),
    **unary(ops.Expm1, normal),
    **unary(ops.Log, positive),
    **unary(ops.Erf, normal),
    **unary(ops.Log1p, positive),
    **unary(ops.Sin, normal),
    **unary(ops.Cos, normal),
    **unary(ops.ZerosLike, normal, derivative=False),
    **unary(ops.OnesLike, normal, derivative=False),
    **unary(ops.StopGradient, normal, derivative=False),
    ops.PowerOf: [
        Case(ops.PowerOf(2), away_from_zero((3, 4)), "square"),
        Case(ops.PowerOf(3), away_from_zero((5,)), "cube"),
        Case(ops.PowerOf(-1), away_from_zero((5,)), "reciprocal"),
        Case(ops.PowerOf(0.5), positive((5,)), "root"),
        Case(ops.PowerOf(0), away_from_zero((5,)), "one"),
        Case(ops.PowerOf(1), away_from_zero(()), "itself"),
        Case(ops.PowerOf(3), integers((4,)), "integers", derivative=False),
    ],
    ops.Clip: [
        Case(ops.Clip(-0.72, 0.53), distinct((3, 5)), "both"),
        Case(ops.Clip(-0.13, float("inf")), distinct((30, 10)), "large"),
    ],
    ops.Where: [
        Case(ops.Where(), chosen((3, 4), (3, 4), (3, 4)), "same"),
        Case(ops.Where(), chosen((3, 1), (4,), ()), "broadcast"),
        Case(ops.Where(), chosen((), (3, 1), (1, 2)), "one-condition"),
    ],
    ops.Cast: [
        Case(ops.Cast(np.dtype(np.float64)), normal((3, 4)), "float64"),
        Case(ops.Cast(np.dtype(np.int64)), normal((3, 4)), "int64", derivative=False),
        Case(ops.Cast(np.dtype(np.bool_)), integers((3, 4)), "bool", derivative=False),
        Case(ops.Cast(np.dtype(np.float32)), integers((3,)), "float32", derivative=False),
    ],
    ops.Sum: [*reduction(ops.Sum, normal), Case(ops.Sum((0,)), integers((3, 4)), "integers", derivative=False)],
    ops.Mean: reduction(ops.Mean, normal),
    ops.Max: reduction(ops.Max, distinct),
    ops.Min: reduction(ops.Min, distinct),
    ops.LogSumExp: reduction(ops.LogSumExp, normal),
    **{
        op: [
            Case(op(None), distinct((3, 4)), "flat", derivative=False),
            Case(op(0), distinct((3, 4)), "first", derivative=False),
            Case(op(-1, True), distinct((2, 3, 4)), "last-kept", derivative=False),
        ]
        for op in (ops.ArgMax, ops.ArgMin)
    },
    ops.MatMul: [Case(ops.MatMul(), normal(*shapes), label) for label, shapes in _MATRIX_PRODUCTS.items()],
    ops.Transpose: [
        Case(ops.Transpose((1, 0)), normal((3, 4)), "matrix"),
        Case(ops.Transpose((2, 0, 1)), normal((2, 3, 4)), "turn"),
        Case(ops.Transpose((-1, 0, -2)), normal((2, 3, 4)), "negative"),
        Case(ops.Transpose(()), normal(()), "number"),
    ],
    ops.Reshape: [
        Case(ops.Reshape((4, 3)), normal((3, 4)), "matrix"),
        Case(ops.Reshape((-1, 2)), normal((3, 4)), "what-is-left"),
        Case(ops.Reshape(()), normal((1, 1)), "number"),
        Case(ops.Reshape((3, 0)), normal((0, 2)), "empty"),
    ],
    ops.BroadcastTo: [
        Case(ops.BroadcastTo((3, 4)), normal((4,)), "rows"),
        Case(ops.BroadcastTo((2, -1, 4)), normal((3, 1)), "columns"),
        Case(ops.BroadcastTo((2, 2)), normal(()), "number"),
    ],
    ops.Concatenate: [
        Case(ops.Concatenate(0), normal((2, 3), (1, 3), (4, 3)), "rows"),
        Case(ops.Concatenate(-1), normal((2, 3), (2, 1)), "columns"),
        Case(ops.Concatenate(1), normal((2, 3), (2, 0)), "empty"),
        Case(ops.Concatenate(0), normal((2,)), "one"),
    ],
    ops.GetItem: [
        Case(ops.GetItem((1,)), normal((3, 4)), "row"),
        Case(ops.GetItem((-1, 2)), normal((3, 4)), "number"),
        Case(ops.GetItem((ALL, Slice(None, None, -2))), normal((3, 5)), "slice"),
        Case(ops.GetItem((None, Slice(1), None, 0)), normal((3, 4)), "new-axes"),
        Case(ops.GetItem((Slice(3, 1),)), normal((4,)), "nothing"),
    ],
    ops.Gather: [
        Case(ops.Gather((ARRAY,)), with_integers(normal((4, 3)), 4, (6,)), "rows"),
        Case(ops.Gather((ALL, ARRAY)), with_integers(normal((3, 4)), 4, (2, 2)), "columns"),
        Case(ops.Gather((ARRAY, ARRAY)), with_integers(normal((4, 4)), 4, (3, 1), (2,)), "elements"),
        Case(ops.Gather((ARRAY, ALL, ARRAY)), with_integers(normal((4, 2, 4)), 4, (3,), (3,)), "apart"),
        Case(ops.Gather((ALL, 1, ARRAY, None)), with_integers(normal((2, 3, 4)), 4, (5,)), "integer-beside"),
        Case(ops.Gather((0, ALL, ARRAY)), with_integers(normal((2, 3, 4)), 4, (5,)), "integer-apart"),
    ],
    ops.Take: [
        Case(ops.Take(0), with_integers(normal((4, 3)), 4, (5,)), "rows"),
        Case(ops.Take(-1), with_integers(normal((3, 4)), 4, (2, 2)), "columns"),
        Case(ops.Take(1), with_integers(normal((3, 4)), 4, ()), "one"),
    ],
    ops.OneHot: [
        Case(ops.OneHot(4), integers((5,)), "rows", derivative=False),
        Case(ops.OneHot(3, 0), integers((2, 3)), "first", derivative=False),
        Case(ops.OneHot(3, 1, np.int64), integers((2, 3)), "middle", derivative=False),
    ],
    **FUSED_CASES,
    **IMAGE_CASES,
    **ACTIVATION_CASES,
    **ARRAY_CASES,
    **ATTENTION_CASES,
    **SCAN_CASES,
}
