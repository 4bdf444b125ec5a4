"""How operations on two arrays are bound to their twins: which of the operands repeats, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from pellucid.kernels.call import Access, Buffer, Call, Share, all_float32, reads
from pellucid.ops.binding import into as gradient_into

WHOLE, ROW, NUMBER = range(3)  # as in kernels.arithmetic
ADD, SUBTRACT, MULTIPLY, MAXIMUM, MINIMUM = range(5)


@dataclass(frozen=True)
class Pair:
    """Two operands against a result's shape: of that shape, one row for all, or one number."""

    sizes: tuple[int, int, int]
    kinds: tuple[int, int]
    operands: tuple[Buffer, Buffer]

    @classmethod
    def of(cls, a: Buffer, b: Buffer, shape: tuple[int, ...]) -> Pair | None:
        """None where there is no twin: not float32, or broadcast in another way."""
        kinds = _kind(a, shape), _kind(b, shape)
        if not all_float32(a, b) or kinds[0] is None or kinds[1] is None:
            return None
        sizes = (shape[0], prod(shape[1:-1]), shape[-1]) if len(shape) > 1 else (prod(shape), 1, 1)
        return cls(sizes, (kinds[0], kinds[1]), (a, b))

    @property
    def accesses(self) -> tuple[Access, Access]:
        first, second = (
            reads(b, Share.ROWS if k == WHOLE else Share.ALL) for b, k in zip(self.operands, self.kinds, strict=True)
        )
        return first, second

    def combine(self, code: int, y: Buffer, accumulate: bool = False) -> Call:
        """y (+)= a . b"""
        return Call(
            "arithmetic.combine", code, *self.sizes, *self.kinds, accumulate, *self.accesses, gradient_into(y, accumulate)
        )


def _kind(x: Buffer, shape: tuple[int, ...]) -> int | None:
    if x.shape == shape:
        return WHOLE
    if x.size == 1:
        return NUMBER
    return ROW if len(shape) > 1 and x.size == x.shape[-1] == shape[-1] else None


def bind_pair(code: int, inputs: Sequence[Buffer], y: Buffer) -> Sequence[Call] | None:
    """The calls that make ``y`` of two operands."""
    pair = Pair.of(inputs[0], inputs[1], y.shape)
    return None if pair is None or not all_float32(y) else [pair.combine(code, y)]


def bind_multiples(
    factors: Sequence[float], grad: Buffer, into: Sequence[Buffer | None], accumulate: Sequence[bool]
) -> Sequence[Call] | None:
    """``into (+)= factor grad`` for each that is asked for; None where one was broadcast, so that a sum is due."""
    calls = []
    for factor, d, add in zip(factors, into, accumulate, strict=True):
        if d is None:
            continue
        if d.shape != grad.shape or not all_float32(grad, d):
            return None
        places = (reads(grad, Share.ROWS), gradient_into(d, add))
        calls.append(Call("rescale.forward", grad.rows, grad.row_size, factor, 0.0, add, *places))
    return calls
