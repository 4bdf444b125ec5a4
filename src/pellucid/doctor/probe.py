"""Probe: one observed step of a copy of a model on some rows: outputs, losses, gradients, and how far weights move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.autodiff import Applied, CallContext, Parameter, Spec, Tensor, backward, observing
from pellucid.data.samples import Samples
from pellucid.doctor.measure import rms, rows_of
from pellucid.ops.elementwise import Elementwise
from pellucid.ops.fused_activation import FusedActivation
from pellucid.training.step import run_step
from pellucid.training.trainer import Trainer

Array = npt.NDArray[Any]

# Operations that pass values on as they are, or nearly: who looks for what made an output looks through them.
_PASSING = {"Reshape", "Cast", "Transpose", "BroadcastTo", "StopGradient"}


_STEP_ROWS = 128  # of the probed ones make the training step: about a batch


@dataclass(frozen=True)
class Activated:
    """The output of an activation function.

    Args:
        function: "relu", "sigmoid", "tanh", "softmax".
        label: of its layer.
        values: first axis the samples.
        hidden: whether something with weights follows.
    """

    function: str
    label: str
    values: Array
    hidden: bool


@dataclass(frozen=True)
class Kernel:
    """A matrix of weights in use.

    Args:
        name, values: of the parameter.
        inputs: what it was multiplied with, by rows.
        gradient: of the loss, None where none arrived.
        move: rms of the step that training makes, by the weights' own rms; None where it is not trained.
        last: whether no other kernel follows.
    """

    name: str
    values: Array
    inputs: Array
    gradient: Array | None = None
    move: float | None = None
    last: bool = False


@dataclass(frozen=True)
class Probe:
    """What a model does on some rows, as it stands.

    Args:
        outputs: in inference, one array an output.
        made_by: the functions behind the outputs, last first: ``[["softmax"]]``.
        loss: in inference, of the compiled losses alone.
        penalty: of regularizers.
        activated, kernels: in the order of computation.
        weights: how many single numbers there are, and how many are trained.
    """

    outputs: list[Array] = field(default_factory=list)
    made_by: list[list[str]] = field(default_factory=list)
    loss: float | None = None
    penalty: float = 0.0
    activated: list[Activated] = field(default_factory=list)
    kernels: list[Kernel] = field(default_factory=list)
    weights: tuple[int, int] = (0, 0)


def probe(trainer: Trainer, batch: Samples) -> Probe:
    """Measure a trainer's model on a batch.

    Args:
        trainer: a copy, which makes one training step here.
        batch: some hundred rows.
    """
    model = trainer.model
    weights = (sum(p.size for p in model.weights if p.learnable), sum(p.size for p in model.trainable_weights))
    inferred: list[Applied] = []
    with observing(inferred.append), np.errstate(all="ignore"):
        outputs, loss = _infer(trainer, batch)
    penalties = [p.regularizer(p).item() for p in model.trainable_weights if p.regularizer is not None]
    few = rows_of(batch, np.unique(np.linspace(0, len(batch) - 1, min(len(batch), _STEP_ROWS), dtype=np.int64)))
    kernels = _with_gradients(trainer, few, _kernels(inferred))
    return Probe(
        [y.array for y in outputs],
        [made_by(y, inferred) for y in outputs],
        loss,
        float(sum(penalties)),
        _activated(inferred),
        kernels,
        weights,
    )


def _context(trainer: Trainer, *, training: bool) -> CallContext:
    clock = trainer.clock.copy()
    return CallContext(training=training, clock=Tensor(Spec.of(clock), clock), seed=trainer.seed)


def _tensors(trainer: Trainer, batch: Samples) -> tuple[list[Tensor], list[Tensor]]:
    def made(arrays: Sequence[Array], dtypes: Sequence[Any]) -> list[Tensor]:
        return [Tensor(Spec(a.shape, d), np.ascontiguousarray(a, d)) for a, d in zip(arrays, dtypes, strict=True)]

    objective = trainer.objective
    wanted = objective.target_dtypes(batch.targets) if objective is not None and batch.targets else []
    return made(batch.inputs, trainer.model.input_dtypes(len(batch.inputs))), made(batch.targets, wanted)


def _infer(trainer: Trainer, batch: Samples) -> tuple[list[Tensor], float | None]:
    inputs, targets = _tensors(trainer, batch)
    outputs = run_step(trainer.model, None, inputs, [], [], _context(trainer, training=False)).outputs
    objective = trainer.objective
    if objective is None or not targets or objective.takes_any_target:
        return outputs, None
    terms, _ = objective.losses(targets, outputs, None)
    return outputs, float(sum(float(t.item()) for t in terms)) if terms else None


def _with_gradients(trainer: Trainer, batch: Samples, kernels: list[Kernel]) -> list[Kernel]:
    """The kernels with gradients and steps: the model's loss on this batch, and one training step of the copy."""
    if trainer.objective is None or trainer.optimizer is None or not batch.targets:
        return kernels
    parameters = trainer.model.weights
    before = [p.array.copy() for p in parameters]
    for parameter in parameters:
        parameter.grad = None
    inputs, targets = _tensors(trainer, batch)
    with np.errstate(all="ignore"):
        result = run_step(
            trainer.model, trainer.objective, inputs, targets, [None] * len(targets), _context(trainer, training=True)
        )
        if result.loss is not None and result.loss.requires_grad:
            backward(result.loss)
        gradients = {p.name: p.grad for p in parameters}
        trainer.train_eagerly(batch)
    moves = {p.name: rms(p.array - old) / max(rms(old), 1e-12) for p, old in zip(parameters, before, strict=True) if p.trainable}
    last = kernels[-1].name if kernels else ""
    return [Kernel(k.name, k.values, k.inputs, gradients.get(k.name), moves.get(k.name), k.name == last) for k in kernels]


def _kernels(applied: Sequence[Applied]) -> list[Kernel]:
    """Parameters with two axes or more that an operation multiplies something with."""
    found: dict[str, Kernel] = {}
    for one in applied:
        for place, tensor in enumerate(one.inputs):
            is_matrix = isinstance(tensor, Parameter) and tensor.ndim >= 2 and place > 0
            scales = isinstance(one.op, Elementwise) or one.op.name == "Embedding" or "Normaliz" in one.op.name
            if is_matrix and not scales and tensor.name not in found:
                values = tensor.array.copy()
                found[tensor.name] = Kernel(tensor.name, values, np.asarray(one.inputs[0].array))
    return list(found.values())


def _activated(applied: Sequence[Applied]) -> list[Activated]:
    last_kernel = max((i for i, one in enumerate(applied) if any(isinstance(t, Parameter) for t in one.inputs)), default=-1)
    return [
        Activated(name, one.label, one.output.array, place < last_kernel)
        for place, one in enumerate(applied)
        if (name := function_of(one)) and one.output.ndim >= 2
    ]


def function_of(one: Applied) -> str:
    """The activation function that an operation is, or that is fused into it; empty where none is."""
    fused = getattr(one.op, "activation", None)
    if isinstance(fused, FusedActivation):
        return "" if fused is FusedActivation.LINEAR else fused.value
    name = one.op.name.lower()
    return name if name in ("relu", "sigmoid", "tanh", "softmax") else ""


def made_by(output: Tensor, applied: Sequence[Applied]) -> list[str]:
    """Activation functions applied one behind the other to make an output, the last first."""
    makers = {id(one.output): one for one in applied}
    names: list[str] = []
    one = makers.get(id(output))
    while one is not None:
        if name := function_of(one):
            names.append(name)
            if one.op.name == "Linear":  # a product: what lies before it is another layer's affair
                break
        elif one.op.name not in _PASSING:
            break
        one = makers.get(id(one.inputs[0]))
    return names
