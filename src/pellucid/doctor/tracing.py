"""Tracing: the first value of one training step that is not finite, and the operation that made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.autodiff import Applied, Parameter, observing
from pellucid.autodiff.op import gradients
from pellucid.data.samples import Samples
from pellucid.doctor.measure import are_finite, is_finite
from pellucid.training.trainer import Trainer

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Origin:
    """Where the first value came from that is not finite.

    Args:
        stage: "data", "forward", "backward", "update" or "weights".
        operation: that made it: an op's name, "update by Adam", or the name of the data.
        place: the layer, in names, or the parameter; empty where it stands in none.
        inputs: what went into it, by name, all finite.
        output: what came out.
        op: the operation itself, forward and backward.
    """

    stage: str
    operation: str
    place: str
    inputs: Mapping[str, Array]
    output: Array
    op: Any = None


def trace_step(trainer: Trainer, batch: Samples) -> Origin | None:
    """Make one training step in Python and look at every value of it, in the order in which they come about.

    Args:
        trainer: a copy that may be spoilt, see `Trainer.copy`.
        batch: what the step is made on.

    Returns:
        The first value that is not finite though all that went into it was; None where there is none.
    """
    parameters = trainer.model.weights
    before = [p.array.copy() for p in parameters]
    for name, array in zip(batch.names, batch.arrays, strict=True):
        if not is_finite(array):
            return Origin("data", name, "", {}, array)
    for parameter, array in zip(parameters, before, strict=True):
        if not is_finite(array):
            return Origin("weights", parameter.name, parameter.name, {}, array)
    applied: list[Applied] = []
    with observing(applied.append), np.errstate(all="ignore"):
        trainer.train_eagerly(batch)
    after = [p.array.copy() for p in parameters]
    for parameter, array in zip(parameters, before, strict=True):
        parameter.assign(array)  # what was observed had these among its inputs
    return _forward(applied) or _backward(applied) or _update(trainer, after)


def _forward(applied: list[Applied]) -> Origin | None:
    for one in applied:
        arrays = [t.array for t in one.inputs]
        if not are_finite([one.output.array, *one.saved]) and are_finite(arrays):
            return Origin("forward", one.op.name, one.label, _named(one, arrays), one.output.array, one.op)
    return None


def _backward(applied: list[Applied]) -> Origin | None:
    """Latest first, as the chain rule goes; ``grad`` of each result is what arrived from above."""
    for one in sorted((a for a in applied if a.output.node is not None), key=_serial, reverse=True):
        grad = one.output.grad
        if grad is None or not is_finite(grad):
            continue
        arrays, specs = [t.array for t in one.inputs], [t.spec for t in one.inputs]
        parts = gradients(one.op, grad, arrays, one.output.array, specs, one.output.spec, one.saved)
        for source, part in zip(one.inputs, parts, strict=True):
            if part is not None and source.requires_grad and not is_finite(part):
                inputs = {"gradient from above": grad, **_named(one, arrays)}
                return Origin("backward", one.op.name, one.label, inputs, part, one.op)
    return None


def _update(trainer: Trainer, after: list[Array]) -> Origin | None:
    rule = f"update by {type(trainer.optimizer).__name__}"
    for parameter, array in zip(trainer.model.weights, after, strict=True):
        if not is_finite(array):
            inputs = {"weight": parameter.array, **({} if parameter.grad is None else {"gradient": parameter.grad})}
            return Origin("update", rule, parameter.name, inputs, array)
    return None


def _serial(applied: Applied) -> int:
    node = applied.output.node
    return -1 if node is None else node.serial


def _named(applied: Applied, arrays: list[Array]) -> dict[str, Array]:
    """Inputs by the names that the operation's equation has for them, and parameters by their own."""
    op = applied.op
    names = [f"{op.parameters[-1]}[{i}]" for i in range(len(arrays))] if op.variadic else list(op.parameters)
    own = [t.name if isinstance(t, Parameter) else name for t, name in zip(applied.inputs, names, strict=True)]
    return dict(zip(own if len(set(own)) == len(own) else names, arrays, strict=True))
