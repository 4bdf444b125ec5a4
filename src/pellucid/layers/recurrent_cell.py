"""RecurrentCell: one step of a recurrent layer; what SimpleRNNCell, LSTMCell and GRUCell share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from pellucid import activations, constraints, initializers, ops, regularizers
from pellucid.arguments import flag, integer, real
from pellucid.autodiff import Tensor
from pellucid.autodiff.spec import OpenAxis, Shape
from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers.random_layer import RandomLayer

Step = Callable[[Tensor, list[Tensor]], tuple[Tensor, Any]]


class RecurrentCell(RandomLayer):
    """Base of Pellucid's own cells: inputs are projected for all steps at once, and the steps run as one operation.

    Args:
        units: length of the state, >= 1.
        activation: of the state, by name or as a function.
        use_bias: whether there is a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: first values.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties.
        kernel_constraint, recurrent_constraint, bias_constraint: what each is held to after an update.
        dropout: share of the inputs to drop while training; one decision for all steps and gates.
        recurrent_dropout: share of the state to drop before the product with the recurrent kernel, likewise.
        seed: of both, in place of the model's.
        layer: see `Layer`.

    Raises:
        ArgumentError: an argument is out of its range.
    """

    gates: ClassVar[int] = 1
    states: ClassVar[int] = 1  # how many vectors of length ``units`` are carried from step to step

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **layer: Any,
    ) -> None:
        super().__init__(seed, **layer)
        owner = type(self).__name__
        self.units = integer(owner, "units", units, at_least=1)
        self.activation = activations.get(activation)
        self.use_bias = flag(owner, "use_bias", use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.recurrent_constraint = constraints.get(recurrent_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.dropout = real(owner, "dropout", dropout, at_least=0, below=1)
        self.recurrent_dropout = real(owner, "recurrent_dropout", recurrent_dropout, at_least=0, below=1)

    @property
    def state_size(self) -> int | list[int]:
        return self.units if self.states == 1 else [self.units] * self.states

    @property
    def output_size(self) -> int:
        return self.units

    def build(self, input_shape: Shape) -> None:
        if input_shape[-1] is None:
            raise ShapeError(
                f'{type(self).__name__} "{self.name}": the number of features must be known. Received {input_shape}.'
            )
        width = self.gates * self.units
        self.kernel = self.add_weight(
            (input_shape[-1], width),
            self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        self.recurrent_kernel = self.add_weight(
            (self.units, width),
            self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
            name="recurrent_kernel",
        )
        if self.use_bias:
            self.bias = self.add_weight(
                self.bias_shape,
                self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )

    @property
    def bias_shape(self) -> Shape:
        return (self.gates * self.units,)

    # --- one step -----------------------------------------------------------------------------------------------------

    def call(self, inputs: Tensor, states: Any = None, training: bool = False) -> tuple[Tensor, list[Tensor]]:
        """One step: inputs (batch, features) and the states before it; the output, and the states after it."""
        if training and self.dropout > 0:
            inputs = ops.dropout(inputs, self.dropout, *self.stream("dropout"))
        before = self.zero_states() if states is None else list(states) if isinstance(states, list | tuple) else [states]
        return self.advance(self.project(inputs), before, self._kept(inputs) if training else None)

    def project(self, inputs: Tensor) -> Tensor:
        """The inputs' share of all sums, with the bias, for one step or for all."""
        self._require_features(inputs)
        return ops.linear(inputs, self.kernel, self.input_bias())

    def _require_features(self, inputs: Tensor) -> None:
        if inputs.shape[-1] != self.kernel.shape[0]:
            raise ShapeError(
                f'{type(self).__name__}({self.units}) "{self.name}": the input has {inputs.shape[-1]} features, but the kernel '
                f"was built for {self.kernel.shape[0]}. Received shape {inputs.shape}."
            )

    def input_bias(self) -> Any:
        """The bias that is added to the inputs' product."""
        return self.bias if self.use_bias else np.zeros(self.kernel.shape[1], self.kernel.dtype)

    @abstractmethod
    def advance(self, projected: Tensor, states: list[Tensor], kept: Tensor | None) -> tuple[Tensor, list[Tensor]]:
        """One step from projected inputs, composed of operations; ``kept`` multiplies the state before each product."""

    def zero_states(self) -> list[Tensor]:
        """Where a sequence begins, for all samples."""
        return [ops.stop_gradient(np.zeros((1, self.units), self.dtype)) for _ in range(self.states)]

    def _kept(self, inputs: Tensor) -> Tensor | None:
        """Which of the state's numbers recurrent dropout keeps, divided by their share: (batch, units)."""
        if self.recurrent_dropout == 0:
            return None
        ones = ops.ones_like(inputs[..., :1].reshape((-1, 1))) + np.zeros((1, self.units), self.dtype)
        return ops.dropout(ones, self.recurrent_dropout, *self.stream("recurrent dropout"))

    # --- all steps ----------------------------------------------------------------------------------------------------

    def over_time(
        self,
        inputs: Tensor,
        states: list[Tensor],
        mask: Tensor | None,
        *,
        go_backwards: bool,
        training: bool,
        unroll: bool,
        with_states: bool,
        sequences: bool = True,
    ) -> tuple[Tensor, list[Tensor]]:
        """All steps: the state after each time, (batch, time, units), or, without ``sequences``, the last one, (batch, units).

        Then the last states, where ``with_states``.
        """
        if training and self.dropout > 0:
            inputs = inputs * ops.rescale(
                self.shared_mask(inputs, (None, 1, None), self.dropout, "dropout"), 1 / (1 - self.dropout)
            )
        self._require_features(inputs)
        kept = self._kept(inputs[:, 0]) if training else None
        if not unroll and kept is None and self.can_scan:
            return self.scan(inputs, states, mask, go_backwards, with_states, sequences)
        step = lambda x, before: self.advance(x, before, kept)  # noqa: E731
        outputs, last = unrolled(step, self.project(inputs), states, mask, go_backwards)
        return outputs if sequences else last_of(outputs, go_backwards), last

    @property
    def can_scan(self) -> bool:
        """Whether one operation runs all steps: with the usual activations."""
        return True

    @abstractmethod
    def scan(
        self, inputs: Tensor, states: list[Tensor], mask: Tensor | None, go_backwards: bool, with_states: bool, sequences: bool
    ) -> tuple[Tensor, list[Tensor]]:
        """All steps as one operation: as `over_time`."""

    def _ended(self, y: Tensor, go_backwards: bool, sequences: bool) -> Tensor:
        """The last state of a scan's output."""
        return last_of(y, go_backwards) if sequences else y

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "recurrent_initializer": initializers.serialize(self.recurrent_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "recurrent_regularizer": regularizers.serialize(self.recurrent_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "recurrent_constraint": constraints.serialize(self.recurrent_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
            "dropout": self.dropout,
            "recurrent_dropout": self.recurrent_dropout,
        }


def last_of(y: Tensor, go_backwards: bool) -> Tensor:
    """What stands at the time of the last step."""
    return y[:, 0] if go_backwards else y[:, -1]


def unrolled(
    step: Step, inputs: Tensor, states: list[Tensor], mask: Tensor | None, go_backwards: bool
) -> tuple[Tensor, list[Tensor]]:
    """All steps, each written into the graph: slower than one operation, and no derivative to write.

    A step that the mask hides leaves the states as they were, and gives the first state again, where that is of the output's
    shape, or else the output before.
    """
    time = inputs.shape[1]
    if isinstance(time, OpenAxis):
        raise ShapeError(f"a cell that is unrolled over time needs a known number of steps. Received shape {inputs.shape}.")
    outputs: dict[int, Tensor] = {}
    before: Tensor | None = None
    for t in reversed(range(time)) if go_backwards else range(time):
        output, after = step(inputs[:, t], states)
        new = list(after) if isinstance(after, Sequence) else [after]
        if len(new) != len(states):
            raise ArgumentError(f"a cell must return as many states as it is given: {len(states)}. Received {len(new)}.")
        if mask is not None:
            hidden = _of_output(states[0], output)
            if hidden is None:
                hidden = ops.zeros_like(output) if before is None else before
            output = _where(mask[:, t], output, hidden)
            new = [_where(mask[:, t], n, old) for n, old in zip(new, states, strict=True)]
        states, before = new, output
        outputs[t] = output
    return ops.stack([outputs[t] for t in range(time)], axis=1), states


def _of_output(state: Tensor, output: Tensor) -> Tensor | None:
    fits = state.ndim == output.ndim and state.shape[1:] == output.shape[1:]
    return state if fits and state.shape[0] in (1, output.shape[0]) else None


def _where(there: Tensor, value: Tensor, hidden: Tensor) -> Tensor:
    return ops.where(there.reshape((-1, *[1] * (value.ndim - 1))), value, hidden)
