"""Path: one way to compute something, ready to be run any number of times, and how such ways are made."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.autodiff import CallContext, Op, Parameter, Spec, Tensor, call_context
from pellucid.engine.differentiate import contents
from pellucid.engine.entry import Entry, PythonCall, Stage
from pellucid.engine.graph import node_of
from pellucid.engine.link import Link, RulesAlone, Target
from pellucid.engine.memory import Memory, aligned_empty
from pellucid.engine.plan import Plan
from pellucid.engine.planned_step import Step, Total, Update
from pellucid.engine.program import Program
from pellucid.engine.schedule import Schedule, schedule
from pellucid.engine.team import num_threads
from pellucid.kernels.call import Access, Buffer, Call

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Path:
    """One way to compute something.

    Args:
        run: does it so many times.
        values: what it made, after a run.
        calls: of kernels, in one run.
        ops: operations in it that have a twin here.
    """

    run: Callable[[int], object]
    values: Callable[[], list[Array]]
    calls: tuple[Call, ...] = ()
    ops: frozenset[type[Op]] = frozenset()

    @property
    def kernels(self) -> frozenset[str]:
        return frozenset(call.kernel for call in self.calls)

    @property
    def traffic(self) -> int:
        """Bytes between memory and caches where buffers are larger than these. What is only written is fetched before that."""
        return sum(_traffic(access) for call in self.calls for access in call.accesses)


def _traffic(access: Access) -> int:
    return access.buffer.nbytes * (2 if access.writing else 1)


@contextmanager
def references() -> Iterator[None]:
    """Plans made in here run the reference of every operation, as calls of Python."""
    before = os.environ.get("PELLUCID_KERNELS")
    os.environ["PELLUCID_KERNELS"] = "reference"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PELLUCID_KERNELS"]
        else:
            os.environ["PELLUCID_KERNELS"] = before


@dataclass(frozen=True)
class Unfolded:
    """A rule of an optimizer that no product may take up."""

    rule: Any
    folds_into_product = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.rule, name)


@dataclass
class _GradientsAlone:
    """A chain without links: gradients are made and stay where they can be looked at."""

    period = 1
    gradients: dict[str, Buffer] = field(default_factory=dict)

    def head(self, clock: Buffer) -> list[Link]:
        return []

    def links(self, targets: Sequence[Target], clock: Buffer) -> list[Link]:
        for target in targets:
            assert target.gradient is not None
            base = target.gradient.base
            if base.array is None:
                base.array = aligned_empty(base.nbytes).view(base.dtype).reshape(base.shape)
            self.gradients[target.p.name] = base
        return []


def planned(
    function: Callable[..., Tensor],
    parameters: Sequence[Array] = (),
    inputs: Sequence[Array] = (),
    *,
    rule: Any = None,
    rate: float = 1e-6,
    total: bool = False,
    states: Mapping[int, Callable[..., Tensor]] | None = None,
    prelude: Any = None,
    batch_size: int = 1,
    threads: int | None = None,
) -> Path:
    """``function(*parameters, *inputs)`` as a plan, and with parameters the gradient of each.

    Args:
        rule: an optimizer that updates the parameters, too.
        total: sum the value up, as a metric's is.
        states: what becomes of an input, by its number; so it must be a parameter that is not trained.
        prelude: makes the entries that fill the inputs.
        batch_size: by how many samples a run moves on.
    """
    trained = [Parameter(a.copy(), name=f"p{i}") for i, a in enumerate(parameters)]
    kept = {i: Parameter(inputs[i].copy(), name=f"s{i}", trainable=False) for i in states or {}}
    leaves = [kept.get(i, Tensor(Spec.of(a), name=f"x{i}")) for i, a in enumerate(inputs)]
    clock = np.zeros(2, np.int64)
    ticking = Tensor(Spec((2,), np.int64), name="clock")
    with call_context(CallContext(symbolic=True, training=True, clock=ticking)):
        value = function(*trained, *leaves)
        changed = [(kept[i], become(kept[i])) for i, become in (states or {}).items()]
    gradients = _GradientsAlone()
    place = Buffer.around(np.array([rate]), "rate")
    slots = {id(p): {s: np.zeros_like(p.array) for s in getattr(rule, "slots", ())} for p in trained}
    sums = np.zeros(value.shape[1:] or (1,))
    given = [leaf for i, leaf in enumerate(leaves) if i not in kept]
    step = Step(
        inputs=given,
        outputs=[value],
        clock=ticking,
        loss=value if trained else None,
        totals=[Total(value, sums)] if total else (),
        states=changed,
        updates={id(p): Update(rule or Unfolded(None), place, slots[id(p)]) for p in trained},
        chain=gradients if rule is None else RulesAlone(),
    )
    plan = Plan(step, clock=clock, batch_size=batch_size, prelude=prelude, threads=threads)
    if prelude is None:
        for buffer, array in zip(plan.inputs, [a for i, a in enumerate(inputs) if i not in kept], strict=True):
            assert buffer.array is not None
            buffer.array[...] = array

    def run(times: int) -> None:
        clock[...] = 0
        plan.run(times)

    def values() -> list[Array]:
        made = [plan.outputs[0].array, *(b.array for _, b in sorted(gradients.gradients.items())), sums]
        updated = [p.array for p in (*(trained if rule is not None else ()), *kept.values())]
        return [np.array(a) for a in (*made, *updated)]

    served = {type(node_of(t).op) for t in plan.graph.results} if any(e.is_native for e in plan.schedule.entries) else set()
    return Path(run, values, _calls(plan.schedule), frozenset(served))


def linked(links: Callable[[], tuple[Sequence[Link], Sequence[Buffer]]], *, twins: bool) -> Path:
    """Links of an update as a program of their own: their twins, or their equations as calls of Python.

    ``links`` makes them, and names the buffers to look at afterwards.
    """
    made, shown = links()
    entries: list[Entry] = []
    for link in made:
        if twins:
            calls = link.bind()
            assert calls is not None, f"{link.title} has no twin"
            entries += [Entry(call, Stage.UPDATE, link.title, "") for call in calls]
        else:
            run = PythonCall(partial(_write_values, link), [*link.sources, *link.targets], link.targets)
            entries.append(Entry(run, Stage.UPDATE, link.title, ""))
    order = schedule(entries)
    Memory().place(order, ())
    return Path(Program(order, num_threads()).run, lambda: [contents(b).copy() for b in shown], _calls(order))


def _write_values(link: Link) -> None:
    for buffer, value in zip(link.targets, link.values(contents), strict=True):
        contents(buffer)[...] = value


def _calls(order: Schedule) -> tuple[Call, ...]:
    return tuple(e.call for e in order.entries if isinstance(e.call, Call))
