"""Gather: the entries that take each batch's rows from data into a plan's input buffers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.engine.entry import Entry, PythonCall, Stage
from pellucid.errors import DataError
from pellucid.kernels import library
from pellucid.kernels.call import Buffer, Call, Share, reads, writes

Array = npt.NDArray[Any]

# What the kernels ``batch.gather_SOURCE_to_TARGET`` serve, in native byte order.
_INTEGERS = {np.dtype(t) for t in ("bool", "uint8", "int8", "int16", "int32", "int64")}
_SOURCES: dict[np.dtype[Any], set[np.dtype[Any]]] = {
    np.dtype("float32"): _INTEGERS | {np.dtype("float32"), np.dtype("float64")},
    np.dtype("int64"): _INTEGERS,
}
_POSITION = 1


class Gather:
    """Batches as rows ``order[position], order[position + 1], ...`` of each array, converted to the batch's dtype.

    Args:
        arrays: data of equal length; rows must be contiguous each, the arrays need not be.
        order: int64, the samples of an epoch in the order in which they are taken; may be written anew between runs.
        check: for each array, whether a value that is not finite ends the program.
    """

    def __init__(self, arrays: Sequence[Array], order: npt.NDArray[np.int64], check: Sequence[bool]) -> None:
        self.arrays = list(arrays)
        self.order = order
        self.check = list(check)

    def __call__(self, inputs: Sequence[Buffer], clock: Buffer) -> list[Entry]:
        """Entries that fill ``inputs``."""
        return [
            Entry(self._call(i, target, clock), Stage.FORWARD, f"gather {target.name}", "") for i, target in enumerate(inputs)
        ]

    def attach(self, plan: Any) -> None:
        """Let a plan that was made with another gather of the same kind take its batches from this one's data."""
        entries = plan.schedule.entries
        for index, entry in enumerate(entries):
            if entry.title.startswith("gather "):
                which = [b.name for b in plan.inputs].index(entry.title.removeprefix("gather "))
                entry.call = self._call(which, plan.inputs[which], plan.clock)
                if isinstance(entry.call, Call):
                    plan.program.set_call(index, entry.call)
        plan.program.renew_python_calls()
        plan.gather = self  # keeps the data alive while its addresses are in the program

    def refuse_not_finite(self, start: int, size: int) -> None:
        """Raise DataError for the first value among the batch's rows that is not finite, if there is one."""
        for number, data in enumerate(self.arrays):
            for row in self.order[start : start + size]:
                finite = np.isfinite(data[row])
                if not finite.all():
                    value = np.asarray(data[row])[~finite][0]
                    raise DataError(
                        f"data[{number}]: values must be finite. Received {value} in row {row}. Remove or replace such "
                        f"values first."
                    )

    def _call(self, which: int, target: Buffer, clock: Buffer) -> Call | PythonCall:
        data = self.arrays[which]
        if library.mode() == "reference" or data.dtype not in _SOURCES.get(target.dtype, set()):
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


def _gather(data: Array, order: npt.NDArray[np.int64], target: Buffer, clock: Buffer, check: bool) -> None:
    assert target.array is not None
    assert clock.array is not None
    start = int(clock.array[_POSITION])
    rows = data[order[start : start + target.rows]]
    if check and not np.isfinite(rows).all():
        raise FloatingPointError("a value in the batch is not finite")
    target.array[...] = rows
