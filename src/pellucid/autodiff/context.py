"""What surrounds a call of a model: training or inference, whose code runs, and what it leaves behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pellucid.autodiff.tensor import Parameter, Tensor


@dataclass
class CallContext:
    """State of one outermost call of a model, eager or traced.

    ``path`` names the place of the running layer in its model by the keys under which its parents hold it, so it does not
    depend on automatic names; random streams are keyed by it. ``label`` is the same place in names, for people.

    Layers leave behind ``losses``, terms of the loss; ``updates``, new values of their state; ``measures``, what histories shall
    show. Where ``collects``, a metric that is updated belongs to the step and is left among the measures; elsewhere it counts.
    ``watcher`` is told of each call of a layer when it is done, the inner ones first: ``(layer, inputs, outputs)``; path and
    label are still its own then.
    """

    training: bool = False
    symbolic: bool = False
    clock: Tensor | None = None
    seed: int = 0
    owner: Any = None  # the layer whose ``call`` is running
    path: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    losses: list[Tensor] = field(default_factory=list)
    updates: list[tuple[Parameter, Tensor]] = field(default_factory=list)
    measures: list[Any] = field(default_factory=list)
    collects: bool = False
    calls_by_path: dict[tuple[str, ...], int] = field(default_factory=dict)
    watcher: Callable[[Any, tuple[Any, ...], Any], None] | None = None

    @contextmanager
    def scope(self, key: str, name: str) -> Iterator[None]:
        """Enter the layer that its parent holds as ``key``; a second call of it gets a path of its own."""
        outer_path, outer_label = self.path, self.label
        path = (*outer_path, key)
        call = self.calls_by_path.get(path, 0)
        self.calls_by_path[path] = call + 1
        self.path = path if call == 0 else (*outer_path, f"{key}#{call}")
        self.label = (*outer_label, name)
        try:
            yield
        finally:
            self.path, self.label = outer_path, outer_label


class _Local(threading.local):
    context: CallContext | None = None


_local = _Local()


def current_context() -> CallContext | None:
    """The context of the running call, or None outside of any."""
    return _local.context


@contextmanager
def call_context(context: CallContext) -> Iterator[CallContext]:
    """Make ``context`` the current one of this thread for the length of the block."""
    outer = _local.context
    _local.context = context
    try:
        yield context
    finally:
        _local.context = outer
