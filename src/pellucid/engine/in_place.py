"""In place: a program's inputs read where the caller holds them, without a copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.samples import refuse_not_finite
from pellucid.engine.entry import Entry, PythonCall, Stage
from pellucid.kernels.call import Access, Buffer, Call, Share, reads

Array = npt.NDArray[Any]

_COPIED = 1 << 14  # bytes


class InPlace:
    """Takes batches from arrays of the caller's; others of the same shape and dtype may take their place between two runs.

    A small batch is copied after all: that is done sooner than its address is found out and written into the program.

    Args:
        arrays: one for each input of the plan, of its shape and dtype, contiguous.
        names: of the arrays, for messages.
    """

    form = "in place"
    """Plans of another form, of a `Gather` say, are of no use."""

    def __init__(self, arrays: Sequence[Array], names: Sequence[str]) -> None:
        self.arrays = [array.copy() if array.nbytes <= _COPIED else array for array in arrays]
        self._are_copied = all(array.nbytes <= _COPIED for array in arrays)
        self.names = list(names)
        self._buffers: list[list[Buffer]] = []
        self._addresses: list[list[npt.NDArray[np.int64]]] = []

    def __call__(self, inputs: Sequence[Buffer], clock: Buffer) -> list[Entry]:
        """Entries that look for values that are not finite."""
        entries = []
        for buffer, array in zip(inputs, self.arrays, strict=True):
            buffer.array = array
            if array.dtype == np.float32:
                call = Call("arrays.check_finite", buffer.rows, buffer.row_size, reads(buffer, Share.ROWS))
                entries.append(Entry(call, Stage.FORWARD, f"check {buffer.name}", ""))
        return entries

    def attach(self, plan: Any) -> None:
        """Learn where the program of the plan holds the addresses of its inputs, and under which shapes they are read."""
        bases = {id(buffer.base): which for which, buffer in enumerate(plan.inputs)}
        self._addresses = [[] for _ in plan.inputs]
        found: list[dict[int, Buffer]] = [{id(buffer): buffer} for buffer in plan.inputs]
        for index, entry in enumerate(plan.schedule.entries):
            arguments = entry.call.arguments if isinstance(entry.call, Call) else ()
            for number, argument in enumerate(arguments):
                if isinstance(argument, Access) and (which := bases.get(id(argument.buffer.base))) is not None:
                    self._addresses[which].append(plan.program.argument(index, number))
                    found[which][id(argument.buffer)] = argument.buffer
        self._buffers = [list(buffers.values()) for buffers in found]

    @staticmethod
    def suits(plan: Any) -> bool:
        """Whether kernels alone read the inputs, and no output is an input."""
        inputs = {id(buffer.base) for buffer in plan.inputs}
        in_python = (a for e in plan.schedule.entries if isinstance(e.call, PythonCall) for a in e.accesses)
        return plan.program.is_native and not any(
            id(buffer.base) in inputs for buffer in (*plan.outputs, *(a.buffer for a in in_python))
        )

    def take(self, arrays: Sequence[Array]) -> None:
        """Read these from now on."""
        if self._are_copied:
            for place, array in zip(self.arrays, arrays, strict=True):
                place[...] = array
            return
        for number, (array, places) in enumerate(zip(arrays, self._addresses, strict=True)):
            if array.nbytes <= _COPIED:
                self.arrays[number][...] = array
                continue
            self.arrays[number] = array  # kept alive while its address is in the program
            for buffer in self._buffers[number]:
                buffer.array = array.reshape(buffer.shape)  # for references, which say in words what a kernel refused
            address = array.__array_interface__["data"][0]
            for place in places:
                place[0] = address

    def refuse_not_finite(self, start: int, size: int) -> None:
        """Raise DataError for the first value that is not finite, if there is one."""
        for name, array in zip(self.names, self.arrays, strict=True):
            refuse_not_finite(name, array)
