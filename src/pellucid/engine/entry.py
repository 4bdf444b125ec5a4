"""Entry: one item of a program before it has addresses: a kernel's call, or a call of Python where there is no twin."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from pellucid.kernels.call import Access, Buffer, Call, Share, reads, writes


class Stage(Enum):
    """The five steps of learning, as the places of a program's entries. The fifth, to repeat, is the driver's loop."""

    FORWARD = "1 forward"
    OUTPUT = "2 output"
    LOSS = "3 loss"
    UPDATE = "4 gradient and update"
    RECORD = "record"


@dataclass(eq=False, slots=True)
class PythonCall:
    """A call of Python between two native segments: slower than a kernel, never refused."""

    function: Callable[[], None]
    inputs: Sequence[Buffer]
    outputs: Sequence[Buffer]

    @property
    def accesses(self) -> Iterable[Access]:
        yield from (reads(b, Share.ONE) for b in self.inputs)
        yield from (writes(b, Share.ONE) for b in self.outputs)


@dataclass(eq=False, slots=True)
class Reference:
    """What a group of kernel calls should compute: the debugger of the engine holds them against it.

    ``compute`` works from the contents that the buffers have before the group's first call, in the precision that it is given
    (None: theirs), and gives one array (or None) for each of ``targets``; a target marked in ``accumulate`` is added to.
    """

    compute: Callable[[Any], Sequence[Any]]
    targets: Sequence[Buffer | None]
    accumulate: Sequence[bool]


@dataclass(eq=False, slots=True)
class Entry:
    """One call with what a reader of the printed plan wants to know of it."""

    call: Call | PythonCall
    stage: Stage
    title: str
    label: str
    reference: Reference | None = None
    gated: bool = False  # left out of steps that end without an update
    accesses: tuple[Access, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.accesses = tuple(self.call.accesses)
        for access in self.accesses:
            if access.writing and access.share is Share.ALL:
                raise ValueError(f"{self.title}: a buffer written by all ranks at once would be a race")

    @property
    def is_native(self) -> bool:
        return isinstance(self.call, Call)
