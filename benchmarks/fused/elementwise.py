"""Rows of elementwise operations: found by introspection, so that a new one has its row."""

from __future__ import annotations

import inspect
from dataclasses import replace

from benchmarks.fused.path import Path, planned
from benchmarks.fused.row import Array, Arrays, Row, Sizes, away_from_zero, by_python, composed, normal
from pellucid import ops
from pellucid.autodiff import Op, Tensor
from pellucid.ops.unary import Unary

_SETTINGS: dict[type[Unary], tuple[object, ...]] = {
    ops.LeakyRelu: (0.2,),
    ops.ThresholdedRelu: (0.1, 3.0, 1.0),
    ops.SoftShrink: (0.5,),
    ops.HardShrink: (0.5,),
    ops.Threshold: (1.0, -2.0),
}
"""Arguments of those that cannot do without."""


def rows() -> list[Row]:
    return [*map(_of_unary, unary_classes()), *_pairs(), *_others(), *_compositions()]


def unary_classes() -> list[type[Unary]]:
    """Every elementwise function of one input that `pellucid.ops` has."""
    found = [getattr(ops, name) for name in ops.__all__]
    classes = {c for c in found if inspect.isclass(c) and issubclass(c, Unary)}
    return sorted(classes, key=lambda c: c.__name__)


def _of_unary(kind: type[Unary]) -> Row:
    op = kind(*_SETTINGS.get(kind, ()))
    positive = kind is ops.Log

    def usual(sizes: Sizes) -> list[Array]:
        x = away_from_zero(sizes.batch, sizes.features)
        return [abs(x) if positive else x]

    return _streamed(by_python(kind.__name__, op, usual), op, positive)


def _streamed(row: Row, op: Op, positive: bool = False) -> Row:
    """The row with its path on arrays that no cache holds."""

    def streamed(sizes: Sizes) -> Path:
        x = away_from_zero(sizes.long, sizes.features)
        return planned(op, [abs(x) if positive else x])

    return replace(row, streamed=streamed)


def _pairs() -> list[Row]:
    whole: Arrays = lambda s: [normal(s.batch, s.features), normal(s.batch, s.features, seed=6)]  # noqa: E731
    found = []
    for kind in (ops.Add, ops.Subtract, ops.Multiply, ops.Maximum, ops.Minimum):
        found.append(by_python(f"{kind.__name__}, arrays of one shape", kind(), whole))
    one = lambda s: [normal(s.batch, s.features)]  # noqa: E731
    found.append(by_python("Multiply, a row for all", ops.Multiply(), one, lambda s: [normal(s.features, seed=6)]))
    found.append(by_python("Multiply, by one number", ops.Multiply(), one, lambda s: [normal(1, seed=6).reshape(())]))
    return found


def _others() -> list[Row]:
    one: Arrays = lambda s: [normal(s.batch, s.features)]  # noqa: E731
    return [
        by_python("Negative", ops.Negative(), one),
        _streamed(by_python("Rescale", ops.Rescale(0.25, -3.0), one), ops.Rescale(0.25, -3.0)),
        by_python(
            "Prelu, a slope for each feature", ops.Prelu(), lambda s: [away_from_zero(s.batch, s.features), normal(s.features)]
        ),
        by_python("Cast, float32 to int64", lambda x: ops.cast(x, "int64"), inputs=lambda s: [100 * normal(s.batch, s.features)]),
        by_python(
            "Cast, int64 to float32",
            lambda x: ops.cast(x, "float32"),
            inputs=lambda s: [(100 * normal(s.batch, s.features)).astype("int64")],
        ),
    ]


def _compositions() -> list[Row]:
    one: Arrays = lambda s: [normal(s.batch, s.features)]  # noqa: E731

    def gelu(x: Tensor) -> Tensor:
        return 0.5 * x * (1.0 + ops.erf(x * 0.5**0.5))

    def silu(x: Tensor) -> Tensor:
        return x * ops.sigmoid(x)

    def mish(x: Tensor) -> Tensor:
        return x * ops.tanh(ops.softplus(x))

    return [
        composed("Gelu, one pass", "x / 2 (1 + erf(x / sqrt 2)) of operations with twins", ops.Gelu(), gelu, one),
        composed("Silu, one pass", "x sigmoid(x) of operations with twins", ops.Silu(), silu, one),
        composed("Mish, one pass", "x tanh(softplus(x)) of operations with twins", ops.Mish(), mish, one),
    ]


def streams(sizes: Sizes) -> list[Path]:
    """What shows the speed of memory on long arrays: y = a x + b, and y = x1 + x2."""
    shape = (sizes.long, sizes.features)
    return [
        planned(ops.Rescale(0.25, -3.0), inputs=[normal(*shape)]),
        planned(ops.Add(), inputs=[normal(*shape), normal(*shape, seed=6)]),
    ]
