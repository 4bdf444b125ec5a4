"""Watch: one rank's part in a call, with all that the call does not declare for this rank hidden, and held against change.

The scheduler believes accesses; this checks them. What a rank may not read is poisoned while it runs, with a NaN whose bits
change in any arithmetic, so that an undeclared read shows in the result and an undeclared ``+=`` in the bits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.engine.entry import Entry
from pellucid.engine.races import bytes_touched
from pellucid.errors import KernelError
from pellucid.kernels.call import Access

_SIGNALLING = {np.dtype(np.float32): np.uint32(0x7FA5A5A5), np.dtype(np.float64): np.uint64(0x7FF4A5A5A5A5A5A5)}


@contextmanager
def watched(entry: Entry, rank: int, ranks: int) -> Iterator[None]:
    """Run the block, this rank's part in the entry's call; KernelError where it writes what it does not declare."""
    by_address: dict[int, list[Access]] = {}
    for access in entry.accesses:
        base = access.buffer.base.array
        if base is not None and base.size and base.flags.writeable:
            by_address.setdefault(base.ctypes.data, []).append(access)
    memories = [_Memory(accesses, rank, ranks) for accesses in by_address.values()]
    try:
        yield
        for memory in memories:
            memory.check(entry, rank, ranks)
    finally:
        for memory in memories:
            memory.restore()


class _Memory:
    """The bytes of one buffer, with what may be read and what may be written of them."""

    def __init__(self, accesses: Sequence[Access], rank: int, ranks: int) -> None:
        self.buffer = accesses[0].buffer
        base: npt.NDArray[Any] | None = self.buffer.base.array
        assert base is not None
        self.bytes = base.reshape(-1).view(np.uint8)
        readable, self.writable = np.zeros((2, self.bytes.size), np.bool_)
        for access in accesses:
            start, stop = bytes_touched(access, rank, ranks)
            part = slice(start - base.ctypes.data, stop - base.ctypes.data)
            readable[part] |= access.reading
            self.writable[part] |= access.writing
        self.before = self.bytes.copy()
        if base.dtype in _SIGNALLING:
            poison = np.full(base.size, _SIGNALLING[base.dtype]).view(np.uint8)
            self.bytes[~readable] = poison[~readable]
        self.poisoned = self.bytes.copy()

    def check(self, entry: Entry, rank: int, ranks: int) -> None:
        wrong = (self.bytes != self.poisoned) & ~self.writable
        if wrong.any():
            place = int(np.argmax(wrong)) // self.buffer.dtype.itemsize
            raise KernelError(
                f"{entry.title} ({entry.label or 'no layer'}): rank {rank} of {ranks} wrote element {place} of {self.buffer}, "
                "outside of the share that its call declares."
            )

    def restore(self) -> None:
        """Bring back what was hidden; what was written, where it may be, stays."""
        self.bytes[~self.writable] = self.before[~self.writable]
