"""What kernels are written with: addresses as pointers, the share of a rank, and the decorator that compiles.

A kernel is compiled as a C function ``int64 (int64 arguments, int64 rank, int64 ranks)``: ``arguments`` is the address of a
block of int64 (sizes, flags, addresses; see ``Call``). It works on its share, starts no thread, takes no GIL, allocates nothing
and never raises: an exception in a compiled callback is printed, forgotten, and 0 returned. So OK is not 0.

Kernels index pointers, not arrays: NumPy's rule for negative indices would stand in every loop, keep it from being
vectorised, and take longer to compile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import llvmlite.binding
import numba
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from pellucid.kernels.library import load
from pellucid.kernels.objects import Object
from pellucid.kernels.status import NOT_FINITE as NOT_FINITE  # for kernels, which import all that they need from here
from pellucid.kernels.status import OK as OK
from pellucid.kernels.status import OUT_OF_RANGE as OUT_OF_RANGE

# Never nnan or ninf: with them the compiler may delete a test for NaN or infinity.
FASTMATH = {"contract", "reassoc", "nsz", "arcp"}
SIGNATURE = types.int64(types.int64, types.int64, types.int64)

if numba.config.CPU_FEATURES is None and llvmlite.binding.get_host_cpu_features().get("avx512f", False):
    # LLVM would use half of each register, since full ones once slowed the clock. Whole ones are up to 1.7 times as fast.
    numba.config.CPU_FEATURES = llvmlite.binding.get_host_cpu_features().flatten() + ",-prefer-256-bit"

_OPTIONS: dict[str, Any] = {"error_model": "numpy", "fastmath": FASTMATH}
_INT64 = ir.IntType(64)

_kernels: dict[str, Kernel] = {}
_exported: dict[str, str] = {}  # names of kernels by the symbols by which others call them


class Kernel:
    """A function to be compiled when a program first asks for it: a file of ten kernels costs only those in use."""

    def __init__(self, function: Callable[..., Any], signature: Any = SIGNATURE) -> None:
        self.function = function
        self.signature = signature
        self.name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
        self.__doc__ = function.__doc__
        _kernels[self.name] = self

    def compile(self) -> Object:
        """Compile it, into an object that can be kept: no address of this process is in the code."""
        for symbol, name in _exported.items():
            if name == self.name:
                break  # it can call only those before it, so that no two wait for each other
            llvmlite.binding.add_symbol(symbol, load(name))  # Numba links what it has compiled
        compiled = numba.cfunc(self.signature, nopython=True, **_OPTIONS)(self.function)
        library: Any = compiled._library
        if library.has_dynamic_globals:
            raise TypeError(f"{self.name}: an address of this process is in the compiled code, which cannot be kept.")
        code: bytes = library._get_compiled_object()
        return Object(compiled._wrapper_name, {s: name for s, name in _exported.items() if s.encode() in code}, code)


def find(name: str) -> Kernel:
    """The kernel ``file.function`` of an imported file."""
    return _kernels[name]


def kernel(function: Callable[..., Any]) -> Kernel:
    """Make a kernel of a top-level function."""
    return Kernel(function)


def called(arguments: int) -> Callable[[Callable[..., Any]], Kernel]:
    """Make a function of this many integers that Python calls; it, too, gives an integer."""
    return lambda function: Kernel(function, types.int64(*[types.int64] * arguments))


def inner(function: Callable[..., Any]) -> Any:
    """Make a function a part of the kernels that call it, before they are compiled: no compilation of its own."""
    return numba.njit(inline="always", **_OPTIONS)(function)


def inlined(function: Callable[..., Any]) -> Any:
    """Compile a small function into its callers' loops, in the order written: sums are not rearranged, rounding is the point."""
    return numba.njit(forceinline=True, **{**_OPTIONS, "fastmath": {"contract"}})(function)


def exported(symbol: str, signature: Any) -> Any:
    """Compile a large function once, with a symbol by which kernels call it, rather than into each of them."""

    def export(function: Callable[..., Any]) -> Any:
        _exported[symbol] = Kernel(function, signature).name
        return types.ExternalFunction(symbol, signature)

    return export


def _pointer_to(item: Any) -> Any:
    """A function (address, first) -> pointer to the items at an address, from item number ``first`` on."""

    def typed(typing_context: Any, address: Any, first: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            start = builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))
            return builder.gep(start, [arguments[1]])

        return types.CPointer(item)(types.int64, types.int64), generate

    return intrinsic(typed)


float32s = _pointer_to(types.float32)
float64s = _pointer_to(types.float64)
int64s = _pointer_to(types.int64)
int32s = _pointer_to(types.int32)
int16s = _pointer_to(types.int16)
int8s = _pointer_to(types.int8)
uint8s = _pointer_to(types.uint8)


def _stack_of(item: Any, representation: Any) -> Any:
    """A function (count, a constant) -> pointer to room for so many items on the stack, not cleared."""

    def typed(typing_context: Any, count: Any) -> Any:
        if not isinstance(count, types.IntegerLiteral):
            return None

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            with builder.goto_entry_block():  # cgutils.alloca_once would clear it, number by number
                room = builder.alloca(ir.ArrayType(representation, count.literal_value))
            return builder.bitcast(room, context.get_value_type(signature.return_type))

        return types.CPointer(item)(count), generate

    return intrinsic(prefer_literal=True)(typed)


stack_float32s = _stack_of(types.float32, ir.FloatType())
stack_int64s = _stack_of(types.int64, _INT64)


@intrinsic
def prefetch(typing_context: Any, address: Any) -> Any:
    """Ask for the cache line at an address, to be read soon; no wait, and no harm where nothing is there."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = builder.inttoptr(arguments[0], ir.IntType(8).as_pointer())
        kind = ir.FunctionType(ir.VoidType(), [pointer.type, *[ir.IntType(32)] * 3])
        read, second_level_cache, data = (ir.IntType(32)(n) for n in (0, 2, 1))
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(function, [pointer, read, second_level_cache, data])
        return context.get_dummy_value()

    return types.void(types.int64), generate


@intrinsic
def address_of(typing_context: Any, pointer: Any) -> Any:
    """The address that a pointer holds."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ptrtoint(arguments[0], _INT64)

    return types.int64(pointer), generate


@intrinsic(prefer_literal=True)
def unpack(typing_context: Any, arguments: Any, count: Any) -> Any:
    """The ``count`` (a constant) integers of an argument block, to be named by the caller."""
    if not isinstance(count, types.IntegerLiteral):
        return None
    words = count.literal_value

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        block = builder.inttoptr(arguments[0], _INT64.as_pointer())
        values = [builder.load(builder.gep(block, [_INT64(i)])) for i in range(words)]
        return context.make_tuple(builder, signature.return_type, values)

    return types.UniTuple(types.int64, words)(types.int64, count), generate


@intrinsic
def share(typing_context: Any, n: Any, rank: Any, ranks: Any) -> Any:
    """First and last+1 of this rank's rows among ``n``: n*r//N and n*(r+1)//N."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        n, rank, ranks = arguments
        first = builder.sdiv(builder.mul(n, rank), ranks)
        last = builder.sdiv(builder.mul(n, builder.add(rank, _INT64(1))), ranks)
        return context.make_tuple(builder, signature.return_type, [first, last])

    return types.UniTuple(types.int64, 2)(types.int64, types.int64, types.int64), generate


@intrinsic
def float_of_bits(typing_context: Any, bits: Any) -> Any:
    """The float64 whose bits are this int64: how a float travels in an argument block."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(types.float64))

    return types.float64(types.int64), generate
