"""Vectors of 16 numbers as values in kernels: what the compiler does not find by itself, in short rows of a few channels.

A loop over 6 or 30 channels is left number by number by a compiler that wants many turns of 16. Here a vector is loaded,
computed with and stored under a mask, so that the last numbers of a row cost no more than others:

    for first in range(0, channels, LANES):
        lanes = lanes_below(channels - first)
        store(y + 4 * first, lanes, load(x + 4 * first, lanes) + load(y + 4 * first, lanes))

Addresses count bytes. What is masked out is neither read nor written, and holds 0. Vectors are added, subtracted and
multiplied by each other, and multiplied by numbers from the left.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

LANES = 16

_I8, _I32, _I64, _FLOAT = ir.IntType(8), ir.IntType(32), ir.IntType(64), ir.FloatType()
_FLOATS, _INTS, _BYTES = (ir.VectorType(kind, LANES) for kind in (_FLOAT, _I32, _I8))
_BITS = ir.VectorType(ir.IntType(1), LANES)
NO_FLOATS = ir.Constant(_FLOATS, [0.0] * LANES)
ALL_LANES = ir.Constant(_BITS, [1] * LANES)
_NO_BYTES = ir.Constant(_BYTES, [0] * LANES)
_ALIGNED_TO_FLOATS, _ALIGNED_TO_BYTES = _I32(4), _I32(1)
_ROUNDED_ONCE = ("contract",)  # a product that is added may be


class _Kind(types.Type):  # type: ignore[misc]
    """A kind of vector."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class _Floats(_Kind):
    """16 float32s."""


class _Ints(_Kind):
    """16 int32s."""


class _Mask(_Kind):
    """16 booleans: which lanes."""


def _register(kind: type[_Kind], representation: Any) -> None:
    class Model(models.PrimitiveModel):  # type: ignore[misc]
        def __init__(self, manager: Any, numba_type: Any) -> None:
            super().__init__(manager, numba_type, representation)

    register_model(kind)(Model)


_register(_Floats, _FLOATS)
_register(_Ints, _INTS)
_register(_Mask, _BITS)
FLOATS, INTS, MASK = _Floats("float32x16"), _Ints("int32x16"), _Mask("mask16")

Make = Callable[..., Any]  # (builder, *values) -> value


def _of(result: Any, arguments: tuple[Any, ...], make: Make) -> tuple[Any, Any]:
    """What an intrinsic returns: its types, and who writes its code."""

    def generate(context: Any, builder: ir.IRBuilder, given: Any, values: Any) -> Any:
        made = make(builder, *values)
        return context.get_dummy_value() if result is types.void else made

    return result(*arguments), generate


def _operation(result: Any, arguments: tuple[Any, ...], make: Make) -> Any:
    """An intrinsic of one to three arguments of these types."""
    if len(arguments) == 1:
        return intrinsic(lambda context, a: _of(result, arguments, make))
    if len(arguments) == 2:
        return intrinsic(lambda context, a, b: _of(result, arguments, make))
    return intrinsic(lambda context, a, b, c: _of(result, arguments, make))


def repeated(builder: ir.IRBuilder, value: Any) -> Any:
    """A vector with ``value`` in all lanes."""
    kind = ir.VectorType(value.type, LANES)
    single = builder.insert_element(ir.Constant(kind, ir.Undefined), value, _I32(0))
    return builder.shuffle_vector(single, ir.Constant(kind, ir.Undefined), ir.Constant(_INTS, [0] * LANES))


def below(builder: ir.IRBuilder, count: Any) -> Any:
    """The mask of the first so many lanes: none below 1, all from 16 on."""
    numbers = ir.Constant(_INTS, list(range(LANES)))
    within = builder.select(builder.icmp_signed("<", count, _I64(LANES)), count, _I64(LANES))
    within = builder.select(builder.icmp_signed("<", within, _I64(0)), _I64(0), within)
    return builder.icmp_signed("<", numbers, repeated(builder, builder.trunc(within, _I32)))


def _between(builder: ir.IRBuilder, first: Any, last: Any) -> Any:
    return builder.and_(below(builder, last), builder.not_(below(builder, first)))


def masked_load(builder: ir.IRBuilder, address: Any, mask: Any) -> Any:
    """The float32s at an address."""
    return _load(builder, _FLOATS, "v16f32", _ALIGNED_TO_FLOATS, address, mask, NO_FLOATS)


def masked_store(builder: ir.IRBuilder, address: Any, mask: Any, value: Any) -> None:
    """Put float32s at an address."""
    _store(builder, "v16f32", _ALIGNED_TO_FLOATS, address, mask, value)


def only_positive(builder: ir.IRBuilder, value: Any) -> Any:
    """max(x, 0); keeps NaN."""
    return builder.select(builder.fcmp_ordered("<", value, NO_FLOATS), NO_FLOATS, value)


def _load(builder: ir.IRBuilder, kind: Any, name: str, alignment: Any, address: Any, mask: Any, others: Any) -> Any:
    pointer = builder.inttoptr(address, kind.as_pointer())
    routine = ir.FunctionType(kind, [pointer.type, _I32, _BITS, kind])
    function = cgutils.get_or_insert_function(builder.module, routine, f"llvm.masked.load.{name}.p0")
    return builder.call(function, [pointer, alignment, mask, others])


def _store(builder: ir.IRBuilder, name: str, alignment: Any, address: Any, mask: Any, value: Any) -> None:
    pointer = builder.inttoptr(address, value.type.as_pointer())
    routine = ir.FunctionType(ir.VoidType(), [value.type, pointer.type, _I32, _BITS])
    function = cgutils.get_or_insert_function(builder.module, routine, f"llvm.masked.store.{name}.p0")
    builder.call(function, [value, pointer, alignment, mask])


def _load_bytes(builder: ir.IRBuilder, address: Any, mask: Any) -> Any:
    return builder.zext(_load(builder, _BYTES, "v16i8", _ALIGNED_TO_BYTES, address, mask, _NO_BYTES), _INTS)


def _store_bytes(builder: ir.IRBuilder, address: Any, mask: Any, value: Any) -> None:
    _store(builder, "v16i8", _ALIGNED_TO_BYTES, address, mask, builder.trunc(value, _BYTES))


def _beats(builder: ir.IRBuilder, value: Any, best: Any) -> Any:
    first_nan = builder.and_(builder.fcmp_unordered("uno", value, value), builder.fcmp_ordered("ord", best, best))
    return builder.or_(builder.fcmp_ordered(">", value, best), first_nan)


lanes_below = _operation(MASK, (types.int64,), below)
"""(count) -> the mask of the first so many lanes, all from 16 on."""
lanes_between = _operation(MASK, (types.int64, types.int64), _between)
"""(first, last) -> the mask of the lanes from first to last - 1."""
load = _operation(FLOATS, (types.int64, MASK), masked_load)
"""(address, mask) -> the float32s there."""
store = _operation(types.void, (types.int64, MASK, FLOATS), masked_store)
"""(address, mask, vector)."""
load_bytes = _operation(INTS, (types.int64, MASK), _load_bytes)
"""(address, mask) -> the uint8s there."""
store_bytes = _operation(types.void, (types.int64, MASK, INTS), _store_bytes)
"""(address, mask, vector): as uint8s."""
repeat = _operation(FLOATS, (types.float32,), repeated)
"""(number) -> it in all lanes."""
repeat_int = _operation(INTS, (types.int64,), lambda builder, value: repeated(builder, builder.trunc(value, _I32)))
"""(number) -> it in all lanes."""
positive = _operation(FLOATS, (FLOATS,), only_positive)
"""max(x, 0); keeps NaN."""
above_zero = _operation(MASK, (FLOATS,), lambda builder, x: builder.fcmp_ordered(">", x, NO_FLOATS))
"""[x > 0]."""
beats = _operation(MASK, (FLOATS, FLOATS), _beats)
"""[value > best], where a NaN counts as greatest, but the first of them."""
equal = _operation(MASK, (INTS, INTS), lambda builder, a, b: builder.icmp_signed("==", a, b))
"""[a = b]."""
either = _operation(FLOATS, (MASK, FLOATS, FLOATS), lambda builder, mask, a, b: builder.select(mask, a, b))
"""a where the mask says so, else b."""
either_int = _operation(INTS, (MASK, INTS, INTS), lambda builder, mask, a, b: builder.select(mask, a, b))
"""a where the mask says so, else b."""


def _operator(symbol: Any, instruction: str, numbers_too: bool = False) -> None:
    """Let ``symbol`` stand between vectors."""
    left = [FLOATS, types.float32] if numbers_too else [FLOATS]

    class Template(ConcreteTemplate):  # type: ignore[misc]
        key = symbol
        cases = [signature(FLOATS, kind, FLOATS) for kind in left]  # noqa: RUF012 - Numba's name

    infer_global(symbol)(Template)

    def lower(context: Any, builder: Any, given: Any, values: Any) -> Any:
        first, second = values
        if given.args[0] is not FLOATS:
            first = repeated(builder, first)
        return getattr(builder, instruction)(first, second, flags=_ROUNDED_ONCE)

    for kind in left:
        lower_builtin(symbol, kind, FLOATS)(lower)


_operator(operator.add, "fadd")
_operator(operator.sub, "fsub")
_operator(operator.mul, "fmul", numbers_too=True)
