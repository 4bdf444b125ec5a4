"""The step: what happens to one batch, written once as a function of tensors.

On tensors with arrays it is the eager step, and the tape gives the gradients. On symbolic tensors it is the trace of the
program that `Trainer` runs. Either way it is the five steps of learning, in order:

1. forward: the batch goes through the layers;
2. output: the last layer's values;
3. loss: how far they are from the targets;
4. gradient and update: each parameter follows its gradient;
5. repeat until a stop criterion: the loop, in `training.loop`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from pellucid.autodiff import CallContext, Parameter, Tensor, as_tensor, call_context
from pellucid.autodiff.nest import flatten
from pellucid.errors import ArgumentError
from pellucid.metrics.quantity import Quantity, mean_over_samples
from pellucid.training.objective import Objective


class TrainableModel(Protocol):
    """What training needs to know of a model."""

    name: str

    def __call__(self, inputs: Any, *, training: bool | None = None) -> Any: ...

    def pack_inputs(self, leaves: list[Any]) -> Any:
        """The structure that the model's ``call`` takes, from a list of its leaves."""

    def input_dtypes(self, count: int) -> list[np.dtype[Any]]:
        """The dtype in which each of ``count`` inputs is handed to ``call``."""

    def compute_loss(self, x: Any, y: Any, y_pred: Any, sample_weight: Any, training: bool) -> Any:
        """The number to descend on; `Objective` and ``add_loss``, or the model's own."""

    @property
    def weights(self) -> list[Parameter]: ...

    @property
    def trainable_weights(self) -> list[Parameter]: ...

    def trainable_state(self) -> tuple[Any, ...]:
        """Which layers and parameters there are and are trained at present; a step traced for another is of no use."""


@dataclass(frozen=True)
class StepResult:
    """Everything that one step yields, as tensors."""

    outputs: list[Tensor]
    loss: Tensor | None
    quantities: list[Quantity]
    states: list[tuple[Parameter, Tensor]]


def run_step(
    model: TrainableModel,
    objective: Objective | None,
    inputs: Sequence[Tensor],
    targets: Sequence[Tensor],
    weights: Sequence[Tensor | None],
    context: CallContext,
) -> StepResult:
    """Steps 1 to 3 on one batch: forward, output, loss.

    Raises:
        ArgumentError: in training, there is no loss to descend on; or the loss is not one number.
    """
    context.collects = True
    with call_context(context):
        x = model.pack_inputs(list(inputs))
        y_pred = model(x)
        outputs = [as_tensor(y) for y in flatten(y_pred)]
        if objective is None:
            return StepResult(outputs, None, [], _last_of_each(context.updates))
        by_layers = taken(context)
        loss = None
        if objective.has_loss or context.losses or context.training:
            y, w = objective.pack(targets, y_pred), objective.pack(weights, y_pred)
            loss = one_number(model, model.compute_loss(x, y, y_pred, w, context.training))
        by_loss = taken(context)
        measures = objective.measure(outputs, targets, weights)
    shown = [] if loss is None or any(q.name == "loss" for q in by_loss) else [mean_over_samples("loss", loss)]
    quantities = numbered([*shown, *by_loss, *measures, *by_layers])
    if not quantities:
        raise ArgumentError(f"{model.name}: compiled with neither loss nor metrics. Call compile(optimizer=..., loss=...).")
    return StepResult(outputs, loss, quantities, _last_of_each(context.updates))


def taken(context: CallContext) -> list[Quantity]:
    """The measures left behind so far, which are forgotten."""
    measures = list(context.measures)
    context.measures.clear()
    return measures


def one_number(model: TrainableModel, loss: Any) -> Tensor:
    """What ``compute_loss`` returned, if it is one number."""
    value = as_tensor(loss)
    if value.shape != ():
        raise ArgumentError(
            f"{model.name}: compute_loss must return one number, to descend on. Received shape {value.shape}. Reduce it, as with "
            "pellucid.ops.mean. (A compiled loss needs a reduction other than None.)"
        )
    return value


def numbered(quantities: Sequence[Quantity]) -> list[Quantity]:
    """The quantities with a number behind a name that an earlier one has: ``rate``, ``rate_1``, ..."""
    names: set[str] = set()
    result = []
    for quantity in quantities:
        name = quantity.name
        count = 0
        while name in names:
            count += 1
            name = f"{quantity.name}_{count}"
        names.add(name)
        result.append(quantity if name == quantity.name else replace(quantity, name=name))
    return result


def _last_of_each(updates: list[tuple[Parameter, Tensor]]) -> list[tuple[Parameter, Tensor]]:
    """A layer that is called twice leaves its state twice, the second from the first: only the last is to be stored."""
    return list({id(parameter): (parameter, value) for parameter, value in updates}.values())
