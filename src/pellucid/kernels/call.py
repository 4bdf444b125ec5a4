"""A call of a kernel, before and after its buffers have addresses. Imports no Numba."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class Share(Enum):
    """Which part of a buffer one of N ranks touches in a call."""

    ROWS = "rows"  # its share of the first axis: rows n*r//N to n*(r+1)//N
    ALL = "all"
    PARTS = "parts"  # a part of its own that is no run of rows: a barrier before, and after
    ONE = "one"  # all of it, but rank 0 alone; other ranks return at once


class Buffer:
    """A value's place in memory: known by shape at once, by address when the plan has placed it.

    ``base`` is the buffer whose memory this one shares under another shape (a reshape), itself if none.
    """

    __slots__ = ("array", "base", "dtype", "name", "shape")

    def __init__(self, shape: tuple[int, ...], dtype: npt.DTypeLike, name: str = "", *, alias_of: Buffer | None = None) -> None:
        self.shape = shape
        self.dtype = np.dtype(dtype)
        self.name = name
        self.base: Buffer = alias_of.base if alias_of is not None else self
        self.array: Array | None = None

    @classmethod
    def around(cls, array: Array, name: str = "") -> Buffer:
        """A buffer that is placed already: a parameter, a constant, a running sum."""
        if not array.flags.c_contiguous:
            raise ValueError(f"{name}: a kernel needs contiguous memory")
        buffer = cls(array.shape, array.dtype, name)
        buffer.array = array
        return buffer

    @property
    def address(self) -> int:
        if self.array is None:
            raise RuntimeError(f"buffer {self} has no place yet")
        return int(self.array.ctypes.data)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def rows(self) -> int:
        """Length of the first axis (1 for a single number)."""
        return self.shape[0] if self.shape else 1

    @property
    def row_size(self) -> int:
        """Elements in one row: the product of the axes after the first."""
        return int(np.prod(self.shape[1:], dtype=np.int64))

    @property
    def nbytes(self) -> int:
        return self.size * self.dtype.itemsize

    def __repr__(self) -> str:
        return f"{self.name or 'buffer'}:{self.dtype}{list(self.shape)}"


class Scratch(Buffer):
    """Room of ``size`` float32s for each rank: row r is rank r's own. The plan gives it as many rows as there are ranks."""

    __slots__ = ()

    def __init__(self, size: int, name: str = "scratch") -> None:
        super().__init__((1, size), np.float32, name)

    def for_ranks(self, ranks: int) -> None:
        """Let there be a row for each of so many ranks."""
        self.shape = (ranks, self.shape[1])


@dataclass(frozen=True, slots=True, eq=False)
class Access:
    """How a call touches a buffer. The scheduler puts barriers by it, so it must be the truth."""

    buffer: Buffer
    share: Share
    reading: bool
    writing: bool

    @property
    def split(self) -> tuple[str, int]:
        """Two accesses to one buffer with an equal split touch the same elements on the same rank."""
        if self.share is Share.PARTS:
            return (self.share.value, id(self))
        return (self.share.value, self.buffer.rows if self.share is Share.ROWS else 0)


def reads(buffer: Buffer, share: Share = Share.ALL) -> Access:
    """The call reads this share of ``buffer``."""
    return Access(buffer, share, reading=True, writing=False)


def writes(buffer: Buffer, share: Share = Share.ROWS) -> Access:
    """The call writes this share of ``buffer``, whatever was there."""
    return Access(buffer, share, reading=False, writing=True)


def updates(buffer: Buffer, share: Share = Share.ROWS) -> Access:
    """Reads and writes, as in ``+=``."""
    return Access(buffer, share, reading=True, writing=True)


_PRODUCTS = ("linear.", "simple_rnn.", "lstm.", "gru.")  # whose first four integers are sizes of products


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """``kernel`` ("file.function" under ``pellucid.kernels``) with its arguments, in the order in which it unpacks them.

    Integers and booleans are passed as they are, floats as the bits of a float64, accesses as addresses.
    """

    kernel: str
    arguments: tuple[int | float | bool | Access, ...]

    def __init__(self, kernel: str, *arguments: int | float | bool | Access) -> None:
        object.__setattr__(self, "kernel", kernel)
        object.__setattr__(self, "arguments", arguments)

    @property
    def accesses(self) -> Iterable[Access]:
        return (a for a in self.arguments if isinstance(a, Access))

    @property
    def work(self) -> int:
        """A measure of the call's cost: multiply-adds of a product, else numbers touched."""
        if self.kernel.startswith(_PRODUCTS):
            return int(np.prod([n for n in self.arguments[:4] if isinstance(n, int)], dtype=np.int64))
        return max((a.buffer.size for a in self.accesses), default=0)

    def block(self) -> list[int]:
        """The argument block, once every buffer has its place."""
        return [_as_int64(a) for a in self.arguments]


def _as_int64(argument: int | float | bool | Access) -> int:
    if isinstance(argument, Access):
        return argument.buffer.address
    if isinstance(argument, float):
        return int(struct.unpack("<q", struct.pack("<d", argument))[0])
    return int(argument)


def all_float32(*buffers: Buffer | None) -> bool:
    """Whether kernels, which are written for float32, can serve these (None counts as yes)."""
    return all(b is None or b.dtype == np.float32 for b in buffers)
