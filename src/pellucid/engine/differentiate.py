"""Differentiation of a graph: which gradient is made where, in reverse order.

    dL/dx = sum over the uses u of x of  dL/du * du/dx

The first use to be reached overwrites x's gradient buffer, later ones add to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from pellucid.autodiff import Op, Spec, Tensor
from pellucid.autodiff.op import gradients, needed_by
from pellucid.engine.entry import Entry, PythonCall, Reference, Stage
from pellucid.engine.graph import Graph, node_of
from pellucid.kernels.call import Buffer, Call, Share, reads, updates

BufferOf = Callable[[Tensor], Buffer]
SavedOf = Callable[[Tensor], Sequence[Buffer]]


class Differentiation:
    """Reverse-mode differentiation of ``loss`` with respect to every tensor that requires a gradient.

    ``entries`` are the calls to make after the forward ones; ``gradient[id(tensor)]`` is where a tensor's gradient arrives, and
    ``contributions[id(tensor)]`` are the entries that write it.
    """

    def __init__(self, graph: Graph, loss: Tensor, buffer_of: BufferOf, saved_of: SavedOf, native: bool) -> None:
        self._buffer_of = buffer_of
        self._saved_of = saved_of
        self._native = native
        self.entries: list[Entry] = []
        self.gradient: dict[int, Buffer] = {}
        self.contributions: dict[int, list[Entry]] = {}
        self.gradient[id(loss)] = Buffer.around(np.ones(loss.shape, loss.dtype), "dL/dL")
        for result in reversed(graph.results):
            if result.requires_grad and id(result) in self.gradient:
                self._pass_on(result)

    def _pass_on(self, result: Tensor) -> None:
        """Entries that take the gradient of one operation's result to its inputs."""
        node = node_of(result)
        grad = self.gradient[id(result)]
        if node.op.aliases_input:
            self._pass_on_alias(node.inputs[0], grad, self.contributions.get(id(result), []))
            return
        into: list[Buffer | None] = []
        accumulate: list[bool] = []
        added_later: list[tuple[Tensor, Buffer]] = []
        written: list[Tensor] = []
        for source in node.inputs:
            if not source.requires_grad:
                into.append(None)
                accumulate.append(False)
                continue
            name = f"d{source.name or 'x'}"
            is_first = id(source) not in self.gradient
            in_place = is_first or (node.op.accumulates and not any(s is source for s in written))
            target = self.gradient[id(source)] if in_place and not is_first else Buffer(source.shape, source.dtype, name)
            if is_first:
                self.gradient[id(source)] = target
            elif not in_place:
                added_later.append((source, target))
            into.append(target)
            accumulate.append(in_place and not is_first)
            written.append(source)
        if not written:
            return
        entries = self._calls(result, grad, into, accumulate)
        self.entries += entries
        for source, written_to in zip(node.inputs, into, strict=True):
            if written_to is not None:
                writing = [e for e in entries if any(a.writing and a.buffer is written_to for a in e.accesses)]
                self.contributions.setdefault(id(source), []).extend(writing)
        for source, part in added_later:
            self._add(self.gradient[id(source)], part, source, node.label)

    def _pass_on_alias(self, source: Tensor, grad: Buffer, made_by: Sequence[Entry]) -> None:
        if not source.requires_grad:
            return
        seen = Buffer(source.shape, source.dtype, grad.name, alias_of=grad)
        if grad.base.array is not None:
            seen.array = grad.base.array.reshape(source.shape)
        if id(source) in self.gradient:
            self._add(self.gradient[id(source)], seen, source, "")
        elif grad.base.array is not None:  # the constant seed may be neither overwritten nor added to
            own = Buffer(source.shape, source.dtype, grad.name)
            entry = _python(partial(_copy, seen, own), [seen], [own], "copy", "")
            self._begin(source, own, [entry])
            self.entries.append(entry)
        else:
            self._begin(source, seen, made_by)

    def _begin(self, source: Tensor, gradient: Buffer, made_by: Sequence[Entry]) -> None:
        self.gradient[id(source)] = gradient
        self.contributions[id(source)] = list(made_by)

    def _calls(self, result: Tensor, grad: Buffer, into: Sequence[Buffer | None], accumulate: Sequence[bool]) -> list[Entry]:
        node = node_of(result)
        op = node.op
        if not op.differentiable:
            op.backward(np, None)  # raises its message
        inputs = [self._buffer_of(t) for t in node.inputs]
        y, saved = self._buffer_of(result), self._saved_of(result)
        needed = list(needed_by(op, inputs, y, [t.spec for t in node.inputs], result.spec, saved).values())
        title = f"{op.name} backward"
        derivative = partial(_gradients, op, grad, inputs, y, saved, node.inputs, result, into)
        if self._native:
            calls = op.bind_backward(grad, *needed, into=into, accumulate=accumulate)
            if grad.array is not None and any(a.writing and a.buffer is grad for c in calls or () for a in c.accesses):
                calls = None  # a twin that works in place would spoil the constant seed for the next step
            if calls is not None:
                reference = Reference(derivative, into, accumulate)
                return [Entry(c, Stage.UPDATE, c.kernel, node.label, reference) for c in calls]
        buffers = [grad, *(b for n in needed for b in (n if isinstance(n, tuple) else (n,)) if isinstance(b, Buffer))]
        run = partial(_write_gradients, derivative, into, accumulate)
        targets = [b for b in into if b is not None]
        return [
            _python(run, [*buffers, *(b for b, a in zip(into, accumulate, strict=True) if a and b)], targets, title, node.label)
        ]

    def _add(self, total: Buffer, part: Buffer, source: Tensor, label: str) -> None:
        title = f"add to {total.name}"
        entry: Entry
        if self._native and total.dtype == np.float32:
            call = Call("arrays.add_into", total.rows, total.row_size, reads(part, Share.ROWS), updates(total, Share.ROWS))
            entry = Entry(call, Stage.UPDATE, title, label)
        else:
            entry = _python(partial(_add, part, total), [part, total], [total], title, label)
        self.entries.append(entry)
        self.contributions.setdefault(id(source), []).append(entry)


def _gradients(
    op: Op,
    grad: Buffer,
    inputs: Sequence[Buffer],
    y: Buffer,
    saved: Sequence[Buffer],
    sources: Sequence[Tensor],
    result: Tensor,
    into: Sequence[Buffer | None],
    precision: type[np.floating[Any]] | None = None,
) -> list[Any]:
    """The reference's gradients for the present contents of the buffers; None where nobody asks for one."""
    arrays = [contents(b, precision) if _is_needed(op, i) else None for i, b in enumerate(inputs)]
    output = contents(y, precision) if "y" in op.needs else None
    specs: list[Spec] = [t.spec if precision is None else precise(t.spec, precision) for t in sources]
    kept = [contents(b, precision) if name in op.needs else None for name, b in zip(op.saves, saved, strict=True)]
    parts = gradients(op, contents(grad, precision), arrays, output, specs, result.spec, kept)  # type: ignore[arg-type]
    return [part if target is not None else None for part, target in zip(parts, into, strict=True)]


def contents(buffer: Buffer, precision: type[np.floating[Any]] | None = None) -> Any:
    """A buffer's values: as they are, or floats copied in another precision."""
    assert buffer.array is not None
    if precision is None or buffer.array.dtype.kind != "f":
        return buffer.array
    return buffer.array.astype(precision)


def precise(spec: Spec, precision: type[np.floating[Any]]) -> Spec:
    """``spec`` with floats of another precision."""
    return spec.with_dtype(precision) if spec.is_float else spec


def _is_needed(op: Op, index: int) -> bool:
    name = op.parameters[-1] if op.variadic else op.parameters[index]
    return name in op.needs


def _write_gradients(reference: Callable[[], list[Any]], into: Sequence[Buffer | None], accumulate: Sequence[bool]) -> None:
    for part, target, add in zip(reference(), into, accumulate, strict=True):
        if target is None or target.array is None:
            continue
        if not add:
            target.array[...] = 0 if part is None else part
        elif part is not None:
            target.array += part


def _python(run: Callable[[], None], inputs: Sequence[Buffer], outputs: Sequence[Buffer], title: str, label: str) -> Entry:
    return Entry(PythonCall(run, inputs, outputs), Stage.UPDATE, title, label)


def _copy(source: Buffer, target: Buffer) -> None:
    assert source.array is not None
    assert target.array is not None
    target.array[...] = source.array


def _add(part: Buffer, total: Buffer) -> None:
    assert part.array is not None
    assert total.array is not None
    total.array += part.array
