"""Gather: the entries that take each batch's rows from data into a plan's input buffers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.engine.entry import Entry, PythonCall, Stage
from pellucid.engine.link import CLOCK_POSITION
from pellucid.errors import ArgumentError, DataError, IndexRangeError, ShapeError
from pellucid.kernels import library
from pellucid.kernels.call import Buffer, Call, Share, reads, writes
from pellucid.kernels.processor import has_wide_vectors

Array = npt.NDArray[Any]

# What the kernels ``batch.gather_SOURCE_to_TARGET`` serve, in native byte order.
_INTEGERS = {np.dtype(t) for t in ("bool", "uint8", "int8", "int16", "int32", "int64")}
SOURCES: dict[np.dtype[Any], set[np.dtype[Any]]] = {
    np.dtype("float32"): _INTEGERS | {np.dtype("float32"), np.dtype("float64")},
    np.dtype("int64"): _INTEGERS,
}


class Gather:
    """Batches as rows ``order[position], order[position + 1], ...`` of each array, converted to the batch's dtype.

    Args:
        arrays: data of equal length; fast where the elements of each row lie side by side, as the rows need not.
        order: int64, the samples of an epoch in the order in which they are taken; may be written anew between runs.
        check: for each array, whether a value that is not finite ends the program.
        names: of the arrays, for messages.
    """

    def __init__(
        self, arrays: Sequence[Array], order: npt.NDArray[np.int64], check: Sequence[bool], names: Sequence[str] = ()
    ) -> None:
        if order.dtype != np.int64 or not order.flags.c_contiguous:
            raise ArgumentError(f"order must be contiguous int64. Received {order.dtype} with strides {order.strides}.")
        self.arrays = list(arrays)
        self.order = order
        self.check = list(check)
        self.names = list(names) or [f"data[{number}]" for number in range(len(self.arrays))]

    def __call__(self, inputs: Sequence[Buffer], clock: Buffer) -> list[Entry]:
        """Entries that fill ``inputs``, one for each array."""
        return [
            Entry(self._call(i, target, clock), Stage.FORWARD, f"gather {target.name}", "") for i, target in enumerate(inputs)
        ]

    @property
    def form(self) -> tuple[bool, ...]:
        """Which arrays' rows could stay in place: plans of another form are of no use."""
        return tuple(self._stays(data, check) for data, check in zip(self.arrays, self.check, strict=True))

    def can_stay(self, which: int, target: Buffer) -> bool:
        """Whether an array's rows can be read where they lie, instead of being gathered into ``target``."""
        data = self.arrays[which]
        return self._stays(data, self.check[which]) and target.dtype == data.dtype and data.shape[1:] == target.shape[1:]

    @staticmethod
    def _stays(data: Array, check: bool) -> bool:
        """Values that are looked at only as they are gathered cannot; nor where there are no tiles, which take rows so."""
        is_plain = not check and data.dtype == np.float32 and _has_kernel(data, data.dtype)
        return is_plain and library.mode() == "compiled" and has_wide_vectors()

    def find(self, which: int, table: Buffer, clock: Buffer) -> Call:
        """The call that fills a table, of which each rank has its own, with the addresses of the batch's rows."""
        data = self.arrays[which]
        source = (data.ctypes.data, len(data), data.strides[0])
        order = (self.order.ctypes.data, len(self.order))
        return Call("batch.find_rows", table.row_size, *source, *order, reads(clock), writes(table, Share.ROWS))

    def attach(self, plan: Any) -> None:
        """Let a plan that was made with another gather of the same form take its batches from this one's data."""
        if plan.gather is self:
            return
        if plan.row_tables.keys() - {which for which, stays in enumerate(self.form) if stays}:
            raise ArgumentError(
                f"the plan reads rows where they lie, as it was made for {plan.gather.form}. Received {self.form}."
            )
        entries = plan.schedule.entries
        places = {id(buffer): which for which, buffer in enumerate(plan.inputs)}
        places |= {id(table): which for which, table in plan.row_tables.items()}
        for index, entry in enumerate(entries):
            which = next((places[id(a.buffer)] for a in entry.accesses if a.writing and id(a.buffer) in places), None)
            if which is not None:
                if which in plan.row_tables:
                    entry.call = self.find(which, plan.row_tables[which], plan.clock)
                else:
                    entry.call = self._call(which, plan.inputs[which], plan.clock)
                if isinstance(entry.call, Call):
                    plan.program.set_call(index, entry.call)
        plan.program.renew_python_calls()
        plan.gather = self  # keeps the data alive while its addresses are in the program

    @np.errstate(over="ignore")
    def refuse_not_finite(self, start: int, size: int) -> None:
        """Raise DataError for the first value among the batch's rows that is not finite, if there is one."""
        for number, data in enumerate(self.arrays):
            for row in self.order[start : start + size]:
                finite = np.isfinite(np.asarray(data[row]).astype(np.float32))  # what is too large becomes infinite
                if not finite.all():
                    value = np.asarray(data[row])[~finite][0]
                    raise DataError(
                        f"{self.names[number]}: values must be finite. Received {value} in row {row}. "
                        "Remove or replace such values first."
                    )

    def _call(self, which: int, target: Buffer, clock: Buffer) -> Call | PythonCall:
        data = self.arrays[which]
        if data.shape[1:] != target.shape[1:]:
            raise ShapeError(f"{target.name}: rows of shape {data.shape[1:]} were given where {target.shape[1:]} is planned.")
        if library.mode() == "reference" or not _has_kernel(data, target.dtype):
            run = partial(_gather, data, self.order, target, clock, self.check[which])
            return PythonCall(run, [clock], [target])
        return Call(
            f"batch.gather_{data.dtype.name}_to_{target.dtype.name}",
            target.rows,
            target.row_size,
            data.ctypes.data,
            len(data),
            data.strides[0],
            self.order.ctypes.data,
            len(self.order),
            self.check[which],
            reads(clock),
            writes(target, Share.ROWS),
        )


def _has_kernel(data: Array, target: np.dtype[Any]) -> bool:
    """Whether a kernel takes rows of ``data``: it walks along a row by the item's size."""
    return data.dtype in SOURCES.get(target, set()) and data.flags.aligned and data[:1].flags.c_contiguous


def _gather(data: Array, order: npt.NDArray[np.int64], target: Buffer, clock: Buffer, check: bool) -> None:
    assert target.array is not None
    assert clock.array is not None
    start = int(clock.array[CLOCK_POSITION])
    which = order[max(start, 0) : start + target.rows]
    if len(which) != target.rows or (which < 0).any() or (which >= len(data)).any():
        raise IndexRangeError(
            f"{target.name}: samples {start} to {start + target.rows - 1} of the epoch are not all in the data."
        )
    target.array[...] = data[which]
    if check and not np.isfinite(target.array).all():
        raise FloatingPointError("a value in the batch is not finite")
