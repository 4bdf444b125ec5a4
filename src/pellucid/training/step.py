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
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from pellucid.autodiff import CallContext, Parameter, Tensor, as_tensor, call_context
from pellucid.autodiff.nest import flatten
from pellucid.metrics.quantity import Quantity
from pellucid.training.objective import Objective


class TrainableModel(Protocol):
    """What training needs to know of a model."""

    name: str

    def __call__(self, inputs: Any, *, training: bool | None = None) -> Any: ...

    def pack_inputs(self, leaves: list[Any]) -> Any:
        """The structure that the model's ``call`` takes, from a list of its leaves."""

    def input_dtypes(self, count: int) -> list[np.dtype[Any]]:
        """The dtype in which each of ``count`` inputs is handed to ``call``."""

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
    """Steps 1 to 3 on one batch: forward, output, loss."""
    with call_context(context):
        outputs = [as_tensor(y) for y in flatten(model(model.pack_inputs(list(inputs))))]
        if objective is None:
            return StepResult(outputs, None, [], context.updates)
        penalties = [*context.losses, *(_penalties(model) if objective.has_loss else [])]
        loss, quantities = objective.evaluate(outputs, targets, weights, penalties, context.measures)
    return StepResult(outputs, loss, quantities, context.updates)


def _penalties(model: TrainableModel) -> list[Tensor]:
    """What regularizers add to the loss, for every parameter that is trained."""
    return [as_tensor(p.regularizer(p)) for p in model.trainable_weights if p.regularizer is not None]
