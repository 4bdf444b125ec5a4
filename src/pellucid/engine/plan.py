"""Plan: a traced step bound to buffers, in an order, with places: ready to run as a program."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.autodiff import Op, Parameter, Tensor
from pellucid.autodiff.op import compute
from pellucid.engine.arena import adopt
from pellucid.engine.differentiate import Differentiation, contents
from pellucid.engine.entry import Entry, PythonCall, Reference, Stage
from pellucid.engine.folding import folded
from pellucid.engine.gather import Gather
from pellucid.engine.graph import Graph, node_of
from pellucid.engine.link import CLOCK_POSITION, CLOCK_STEP, Link, Target
from pellucid.engine.memory import Memory
from pellucid.engine.planned_step import Step, Total, Update
from pellucid.engine.program import Gate, Program
from pellucid.engine.rows_in_place import leave_rows
from pellucid.engine.schedule import Schedule, schedule
from pellucid.engine.share_inputs import share_inputs
from pellucid.engine.stepped import GuardedMemory, Stepped
from pellucid.engine.team import num_threads
from pellucid.kernels import library
from pellucid.kernels.call import Buffer, Call, Scratch, Share, reads, updates

Array = npt.NDArray[Any]


class Plan:
    """A step's program: buffers, entries in order, and the memory that they live in.

    Args:
        step: what to compute.
        clock: int64[2], the training step and the first sample's place in the epoch; the plan moves it on.
        batch_size: samples in each step.
        memory: the block to place buffers in, shared with other plans of the same model.
        prelude: makes entries that fill the input buffers (a gather from data); none where inputs are copied in.
        threads: how many ranks at most; those at hand by default.

    ``print(plan)`` shows the program, one line an entry; after ``profile()`` with measured times.
    """

    def __init__(
        self,
        step: Step,
        *,
        clock: Array,
        batch_size: int,
        memory: Memory | None = None,
        prelude: Any = None,
        threads: int | None = None,
    ) -> None:
        if step.loss is None and not step.updates:
            step = folded(step)
        self._step = step
        self.period = step.chain.period  # steps from one update to the next
        self.gather = prelude
        self._native = library.mode() != "reference"
        self._buffers: dict[int, Buffer] = {}
        self._saved: dict[int, tuple[Buffer, ...]] = {}
        targets = [
            *(step.outputs if step.keep_outputs else []),
            *(t.tensor for t in step.totals),
            *(value for _, value in step.states),
        ]
        self.graph = Graph.leading_to([*targets, *([step.loss] if step.loss is not None else [])])
        adopt(self.graph.parameters)
        self._bind_leaves(clock)
        self.inputs = [self._buffer_of(t) for t in step.inputs]
        self.outputs = [self._buffer_of(t) for t in step.outputs] if step.keep_outputs else []
        entries: list[Entry] = list(prelude(self.inputs, self.clock)) if prelude else []
        entries += self._forward()
        if step.loss is not None and step.updates:
            entries += self._linked(step.chain.head(self.clock))
            entries += self._backward(step.loss)
        entries += self._records(batch_size)
        ranks = threads or num_threads()
        stepped = library.mode() == "stepped"
        useful_ranks = ranks if stepped else min(ranks, _useful_ranks(entries))
        entries = share_inputs(entries, useful_ranks)
        self.row_tables: dict[int, Buffer] = {}  # by the numbers of inputs whose rows stay where they lie
        if isinstance(prelude, Gather):
            entries, self.row_tables = leave_rows(entries, self.inputs, self.outputs, prelude, self.clock, useful_ranks)
        for access in (a for entry in entries for a in entry.accesses):
            if isinstance(access.buffer, Scratch):
                access.buffer.for_ranks(useful_ranks)
        self.schedule: Schedule = schedule(entries)
        memory = GuardedMemory() if stepped else memory or Memory()
        kept = [*(self.outputs if step.keep_outputs else []), *([] if prelude else self.inputs)]
        self.nbytes = memory.place(self.schedule, kept)
        for buffer in (*self.inputs, *self.outputs):
            if buffer.base.array is None:  # an input that nothing reads
                buffer.base.array = np.zeros(buffer.base.shape, buffer.dtype)
            if buffer.array is None:  # a reshape that ends the graph: nothing reads it under that shape
                buffer.array = buffer.base.array.reshape(buffer.shape)
        gate = Gate(step.chain.period, clock) if step.chain.period > 1 and step.updates else None
        if stepped:
            self.program: Program = Stepped(self.schedule, useful_ranks, memory, gate)
        else:
            self.program = Program(self.schedule, useful_ranks, gate)

    # --- buffers ----------------------------------------------------------------------------------------------------

    def _bind_leaves(self, clock: Array) -> None:
        self.clock = Buffer.around(clock, "clock")
        self._buffers[id(self._step.clock)] = self.clock
        for parameter in self.graph.parameters:
            self._buffers[id(parameter)] = Buffer.around(parameter.array, parameter.name)
        for tensor in self._step.inputs:
            self._buffers[id(tensor)] = Buffer(tensor.shape, tensor.dtype, tensor.name or "input")
        for leaf in self.graph.leaves:
            if id(leaf) not in self._buffers:
                self._buffers[id(leaf)] = Buffer.around(np.asarray(leaf.array, order="C"), leaf.name or "constant")

    def _buffer_of(self, tensor: Tensor) -> Buffer:
        buffer = self._buffers.get(id(tensor))
        if buffer is None:
            node = node_of(tensor)
            base = self._buffer_of(node.inputs[0]) if node.op.aliases_input else None
            buffer = Buffer(tensor.shape, tensor.dtype, tensor.name or node.op.name.lower(), alias_of=base)
            if base is not None and base.array is not None:
                buffer.array = base.array.reshape(tensor.shape)
            self._buffers[id(tensor)] = buffer
        return buffer

    def _saved_of(self, result: Tensor) -> tuple[Buffer, ...]:
        """Where what an operation keeps for its derivative lies; nothing where no gradient is asked for."""
        node = node_of(result)
        if self._step.loss is None or not self._step.updates or not result.requires_grad or not node.op.saves:
            return ()
        if id(result) not in self._saved:
            specs = node.op.infer_saved(*(t.spec for t in node.inputs))
            named = zip(node.op.saves, specs, strict=True)
            self._saved[id(result)] = tuple(Buffer(spec.shape, spec.dtype, name) for name, spec in named)
        return self._saved[id(result)]

    # --- entries ----------------------------------------------------------------------------------------------------

    def _forward(self) -> list[Entry]:
        entries: list[Entry] = []
        output_serial = max((node_of(t).serial for t in self._step.outputs if t.node), default=-1)
        outputs = {id(t) for t in self._step.outputs}
        for result in self.graph.results:
            node = node_of(result)
            if node.op.aliases_input:
                continue
            inputs = [self._buffer_of(t) for t in node.inputs]
            y = self._buffer_of(result)
            before_output = Stage.FORWARD if node.serial < output_serial else Stage.LOSS
            stage = Stage.OUTPUT if id(result) in outputs else before_output
            made = [y, *self._saved_of(result)]
            calls = self._bind(node.op, inputs, made) if self._native else None
            if calls is None:
                run = PythonCall(partial(_compute, node.op, inputs, made), inputs, made)
                entries.append(Entry(run, stage, node.op.name, node.label))
            else:
                reference = Reference(partial(_made, node.op, inputs, len(made)), made, [False] * len(made))
                entries += [Entry(c, stage, c.kernel, node.label, reference) for c in calls]
        return entries

    @staticmethod
    def _bind(op: Op, inputs: Sequence[Buffer], made: Sequence[Buffer]) -> Sequence[Call] | None:
        y, *saved = made
        if not op.saves or type(op).bind_forward is Op.bind_forward:
            return op.bind_forward(*inputs, y=y)
        with_saved: Any = op.bind_forward  # only those that save something take the argument
        calls: Sequence[Call] | None = with_saved(*inputs, y=y, saved=saved)
        return calls

    def _backward(self, loss: Tensor) -> list[Entry]:
        work = Differentiation(self.graph, loss, self._buffer_of, self._saved_of, self._native)
        entries = work.entries
        targets: list[Target] = []
        for parameter in self.graph.parameters:
            update = self._step.updates.get(id(parameter))
            gradient = work.gradient.get(id(parameter))
            if update is None or gradient is None or not parameter.trainable:
                continue
            contributions = work.contributions[id(parameter)]
            folded = self._fold(parameter, gradient, update, contributions)
            if folded is not None:
                entries[entries.index(contributions[0])] = folded
            state = {name: Buffer.around(array, f"{parameter.name} {name}") for name, array in update.state.items()}
            p = self._buffer_of(parameter)
            targets.append(Target(parameter, update.rule, p, None if folded else gradient, state, update.rate))
        return entries + self._linked(self._step.chain.links(targets, self.clock))

    def _linked(self, links: Sequence[Link]) -> list[Entry]:
        """Entries of links."""
        entries: list[Entry] = []
        for link in links:
            calls = link.bind() if self._native else None
            if calls is not None:
                reference = Reference(partial(_values, link), link.targets, [False] * len(link.targets))
                entries += [Entry(c, Stage.UPDATE, link.title, "", reference, link.gated) for c in calls]
            else:
                run = PythonCall(partial(_write_values, link), [*link.sources, *link.targets], link.targets)
                entries.append(Entry(run, Stage.UPDATE, link.title, "", gated=link.gated))
        return entries

    def _fold(self, parameter: Parameter, gradient: Buffer, update: Update, contributions: Sequence[Entry]) -> Entry | None:
        """Plain descent into the product that makes the gradient: W <- W - rate X'D. The gradient is never written.

        Only where the parameter has one use, so that nothing else adds to its gradient, and is used in its own shape.
        """
        is_only_part = len(contributions) == 1 and gradient.base is gradient
        if not (self._native and update.rule.folds_into_product and is_only_part):
            return None
        call = contributions[0].call
        if not isinstance(call, Call) or call.kernel not in _FOLDED:
            return None
        accumulate_flag = 4
        sizes, rest = call.arguments[:accumulate_flag], call.arguments[accumulate_flag + 1 : -1]
        target = self._buffer_of(parameter)
        folded = Call(_FOLDED[call.kernel], *sizes, *rest, updates(target, Share.ROWS), reads(update.rate))
        reference = contributions[0].reference
        if reference is not None:
            which = [t is gradient for t in reference.targets].index(True)
            reference.compute = partial(_descended, reference.compute, which, target, update.rate)
            reference.targets = [target if t is gradient else t for t in reference.targets]
        return Entry(folded, Stage.UPDATE, folded.kernel, contributions[0].label, reference)

    def _records(self, batch_size: int) -> list[Entry]:
        """What ends a step: running sums, states, and the clock's tick."""
        entries: list[Entry] = []
        for total in self._step.totals:
            entries.append(self._record(total))
        for parameter, value in self._step.states:
            source, target = self._buffer_of(value), self._buffer_of(parameter)
            run = PythonCall(partial(_copy_into, source, target), [source], [target])
            call: Call | PythonCall = run
            if self._native and source.dtype == target.dtype == np.float32:
                call = Call("arrays.copy", source.rows, source.row_size, reads(source, Share.ROWS), updates(target, Share.ROWS))
            entries.append(Entry(call, Stage.RECORD, f"state {parameter.name}", ""))
        if self._native:
            tick: Call | PythonCall = Call("batch.tick", batch_size, updates(self.clock, Share.ONE))
        else:
            tick = PythonCall(partial(_tick, self.clock, batch_size), [self.clock], [self.clock])
        entries.append(Entry(tick, Stage.RECORD, "tick", ""))
        return entries

    def _record(self, total: Total) -> Entry:
        values = self._buffer_of(total.tensor)
        target = Buffer.around(total.array, "total")
        if self._native and values.dtype == np.float32 and total.array.size == 1:
            if values.shape:
                call = Call("totals.add_sum", values.size, reads(values, Share.ONE), updates(target, Share.ONE), 0)
            else:
                call = Call("totals.add_scaled", reads(values, Share.ONE), float(total.weight), updates(target, Share.ONE), 0)
            return Entry(call, Stage.RECORD, call.kernel, "")
        if self._native and values.dtype == np.float32 and values.shape[1:] == total.array.shape:
            sizes = (values.rows, values.row_size)
            call = Call("totals.add_rows", *sizes, reads(values, Share.ONE), updates(target, Share.ONE))
            return Entry(call, Stage.RECORD, call.kernel, "")
        run = PythonCall(partial(_add_total, values, target, total.weight), [values, target], [target])
        return Entry(run, Stage.RECORD, "total", "")

    # --- running ----------------------------------------------------------------------------------------------------

    def run(self, steps: int = 1) -> int:
        """Run the step this many times, or fewer where a signal came (see `alarm`); how many times."""
        return self.program.run(steps)

    def profile(self, repeats: int = 20) -> list[float]:
        """Measure each entry alone, in seconds, and keep the times for printing.

        Steps are run, on the first batch, and then what they changed outside of the plan is put back: parameters, the
        optimizer's and the layers' state, sums, the clock.
        """
        written = {id(a.buffer): a.buffer.array for e in self.schedule.entries for a in e.accesses if a.writing}
        arrays = [array for array in written.values() if array is not None]
        before = [array.copy() for array in arrays]
        clock = self.clock.array
        assert clock is not None

        def rewind() -> None:
            clock[CLOCK_POSITION] = 0

        try:
            return self.program.profile(repeats, rewind)
        finally:
            for array, values in zip(arrays, before, strict=True):
                array[...] = values

    def __str__(self) -> str:
        return str(self.program)


_FOLDED = {
    "linear.weight_gradient": "linear.weight_gradient_sgd",
    "linear.weight_gradient_in_panels": "linear.weight_gradient_in_panels_sgd",
    "linear.bias_gradient": "linear.bias_gradient_sgd",
}

# Below this much work (operations, or numbers touched) a second rank costs more at the barriers than it saves.
_WORK_WORTH_A_SECOND_RANK = 1_000_000


def _useful_ranks(entries: Sequence[Entry]) -> int:
    """More than one rank only where the work repays the barriers; decided by sizes, so that it is the same in every run."""
    work = sum(e.call.work for e in entries if isinstance(e.call, Call))
    return max(1, work // _WORK_WORTH_A_SECOND_RANK)


def _compute(op: Op, inputs: Sequence[Buffer], made: Sequence[Buffer]) -> None:
    for buffer, value in zip(made, compute(op, [b.array for b in inputs]), strict=False):  # not asked for: not kept
        assert buffer.array is not None
        buffer.array[...] = value


def _made(op: Op, inputs: Sequence[Buffer], count: int, precision: type[np.floating[Any]] | None) -> list[Any]:
    """The first ``count`` of the output and what is saved."""
    return compute(op, [contents(b, precision) for b in inputs])[:count]


def _values(link: Link, precision: type[np.floating[Any]] | None = None) -> Sequence[Any]:
    return link.values(partial(contents, precision=precision))


def _descended(gradients: Any, which: int, p: Buffer, rate: Buffer, precision: type[np.floating[Any]] | None = None) -> list[Any]:
    """The reference's gradients, with p - rate * g in the place of g."""
    parts = list(gradients(precision))
    parts[which] = contents(p, precision) - float(contents(rate)[0]) * parts[which]
    return parts


def _write_values(link: Link) -> None:
    for buffer, value in zip(link.targets, link.values(contents), strict=True):
        assert buffer.array is not None
        buffer.array[...] = value


def _copy_into(source: Buffer, target: Buffer) -> None:
    assert target.array is not None
    target.array[...] = source.array


def _tick(clock: Buffer, batch_size: int) -> None:
    assert clock.array is not None
    clock.array[CLOCK_STEP] += 1
    clock.array[CLOCK_POSITION] += batch_size


def _add_total(values: Buffer, target: Buffer, weight: float) -> None:
    assert values.array is not None
    assert target.array is not None
    if values.array.ndim == 0:
        target.array += values.array.astype(np.float64) * weight
    else:
        target.array += values.array.sum(axis=0, dtype=np.float64).reshape(target.shape)
