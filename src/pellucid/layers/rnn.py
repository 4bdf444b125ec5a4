"""RNN: a recurrent cell, or several on top of each other, run over the steps of a sequence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from pellucid import ops
from pellucid.arguments import flag
from pellucid.autodiff import Parameter, Tensor, current_context
from pellucid.autodiff.nest import flatten
from pellucid.autodiff.spec import Shape
from pellucid.configurable import serialize
from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers.layer import Layer
from pellucid.layers.recurrent_cell import RecurrentCell, last_of, unrolled
from pellucid.layers.stacked_rnn_cells import StackedRNNCells


class RNN(Layer):
    """A cell over time.

    A cell is a layer with ``state_size`` (an integer, or a list of them) whose ``call(inputs, states)`` takes one step: inputs
    (batch, in), a list of states, each (batch, state size) -> the output and the list of states after it. No derivative is
    written. A cell of one's own is unrolled into the graph; those of Pellucid run as one operation.

    Args:
        cell: the cell, or a list of cells, each on top of the one before.
        return_sequences: the outputs of all steps, not of the last alone.
        return_state: also the last states: (outputs, state, ...).
        go_backwards: from the last time to the first; as in Keras, outputs then come in the order of the steps.
        stateful: a batch begins with the states that the one before ended with, sample by sample; the gradient ends there
            (truncated backpropagation through time). The batch's size must be fixed; `reset_states` begins anew.
        unroll: write each step into the graph, even where one operation could do.
        zero_output_for_mask: outputs of steps that the mask hides are 0, instead of the state that is carried over them.
        layer: see `Layer`.

    When called: ``layer(x, initial_state=..., mask=...)``. x (batch, time, in); initial_state: a tensor or a list of them,
    (batch, units); mask (batch, time): false hides a step. Without one, the mask that x carries counts: `Masking` and
    `Embedding` make them.

    Raises:
        ArgumentError: the cell is none, or states do not go with it.
        ShapeError: when called: x has no time axis or no step, or a state or the mask is of another shape.

    >>> import numpy as np, pellucid as pl
    >>> class Sum(pl.layers.Layer):
    ...     state_size = 2
    ...     def call(self, inputs, states):
    ...         total = inputs + states[0]
    ...         return total, [total]
    >>> pl.layers.RNN(Sum(), return_sequences=True)(np.array([[[1.0, 2.0], [10.0, 20.0]]])).numpy()
    array([[[ 1.,  2.],
            [11., 22.]]], dtype=float32)
    """

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **layer: Any,
    ) -> None:
        super().__init__(**layer)
        owner = type(self).__name__
        self.cell: Layer = _as_cell(owner, cell)
        self.return_sequences = flag(owner, "return_sequences", return_sequences)
        self.return_state = flag(owner, "return_state", return_state)
        self.go_backwards = flag(owner, "go_backwards", go_backwards)
        self.stateful = flag(owner, "stateful", stateful)
        self.unroll = flag(owner, "unroll", unroll)
        self.zero_output_for_mask = flag(owner, "zero_output_for_mask", zero_output_for_mask)
        self.in_order_of_time = False  # a sequence that went backwards, as it stands: for `Bidirectional`
        self._carried: list[Parameter] = []

    @property
    def cells(self) -> list[Layer]:
        return self.cell.cells if isinstance(self.cell, StackedRNNCells) else [self.cell]

    @property
    def state_sizes(self) -> list[int]:
        """Lengths of all states, cell by cell."""
        return [int(n) for n in flatten([_state_size(cell) for cell in self.cells])]

    def build(self, input_shape: Shape) -> None:
        self._require_steps(input_shape)
        if not self.cell.built:
            self.cell.build((input_shape[0], *input_shape[2:]))
            self.cell.built = True
        if self.stateful:
            if input_shape[0] == None:  # noqa: E711 an open axis equals None
                raise ShapeError(
                    f'{type(self).__name__} "{self.name}": stateful=True needs a batch of fixed size. Begin the model with '
                    "Input(shape, batch_size=...)."
                )
            shapes = [(int(input_shape[0]), n) for n in self.state_sizes]
            self._carried = [
                self.add_weight(shape, "zeros", trainable=False, name=f"state_{i}") for i, shape in enumerate(shapes)
            ]

    def reset_states(self) -> None:
        """Let the next batch begin with states of zeros."""
        if not self.stateful:
            raise ArgumentError(f'{type(self).__name__} "{self.name}": there is no state to reset, as stateful is False.')
        for state in self._carried:
            state.assign(np.zeros(state.shape, state.dtype))

    reset_state = reset_states

    # --- calling ------------------------------------------------------------------------------------------------------

    def __call__(
        self,
        inputs: Any,
        *more: Any,
        training: bool | None = None,
        initial_state: Any = None,
        mask: Any = None,
        **settings: Any,
    ) -> Any:
        return super().__call__(inputs, *by_position(self.name, more, initial_state, mask), training=training, **settings)

    def call(
        self,
        inputs: Tensor,
        initial_state: Any = None,
        given_mask: Tensor | None = None,
        mask: Tensor | None = None,
        training: bool = False,
    ) -> Any:
        self._require_steps(inputs.shape)
        mask = self._checked_mask(mask if given_mask is None else given_mask, inputs)
        states = self._first_states(inputs, initial_state)
        with_states = self.return_state or self.stateful
        outputs, last = inputs, []
        whole = self.return_sequences or (self.zero_output_for_mask and mask is not None)
        context = current_context()
        assert context is not None  # a layer always runs in one
        for index, cell in enumerate(self.cells):
            own, states = states[: _count(cell)], states[_count(cell) :]
            if isinstance(cell, RecurrentCell):
                with context.scope(f"cell_{index}", cell.name):
                    outputs, ended = cell.over_time(
                        outputs,
                        own,
                        mask,
                        go_backwards=self.go_backwards,
                        training=training,
                        unroll=self.unroll,
                        with_states=with_states,
                        sequences=whole or index + 1 < len(self.cells),
                    )
            else:
                outputs, ended = unrolled(cell, outputs, own, mask, self.go_backwards)
                outputs = outputs if whole or index + 1 < len(self.cells) else last_of(outputs, self.go_backwards)
            last += ended
        if self.stateful:
            for parameter, value in zip(self._carried, last, strict=True):
                self.update(parameter, value)
        result = self._result(outputs, mask) if whole else outputs
        return (result, *last) if self.return_state else result

    def _result(self, outputs: Tensor, mask: Tensor | None) -> Tensor:
        """What of the states or outputs after each time is asked for."""
        if self.zero_output_for_mask and mask is not None:
            outputs = ops.where(mask.reshape((*mask.shape, *[1] * (outputs.ndim - 2))), outputs, ops.zeros_like(outputs))
        if not self.return_sequences:
            return last_of(outputs, self.go_backwards)
        turned = self.go_backwards and not self.in_order_of_time
        outputs = outputs[:, ::-1] if turned else outputs
        if mask is not None:
            outputs.mask = mask[:, ::-1] if turned else mask
        return outputs

    def _first_states(self, inputs: Tensor, given: Any) -> list[Tensor]:
        sizes = self.state_sizes
        if given is not None:
            states = flatten(given)
            if len(states) != len(sizes):
                raise ArgumentError(
                    f'{type(self).__name__} "{self.name}": initial_state must be {len(sizes)} tensors. Received {len(states)}.'
                )
            for state, n in zip(states, sizes, strict=True):
                if state.ndim != 2 or state.shape[1] != n or state.shape[0] not in (1, inputs.shape[0]):
                    raise ShapeError(
                        f'{type(self).__name__} "{self.name}": the initial states must be (batch, units), '
                        f"{[(inputs.shape[0], m) for m in sizes]}. Received {[s.shape for s in states]}."
                    )
            return states
        if self.stateful:
            if inputs.shape[0] != self._carried[0].shape[0]:
                raise ShapeError(
                    f'{type(self).__name__} "{self.name}": stateful=True, and the layer was built for batches of '
                    f"{self._carried[0].shape[0]} samples. Received {inputs.shape[0]}."
                )
            return list(self._carried)
        states = []
        for cell in self.cells:
            if isinstance(cell, RecurrentCell):
                states += cell.zero_states()
            else:  # a cell of one's own sees as many rows of its state as of its inputs
                zeros = ops.zeros_like(inputs.reshape((*inputs.shape[:2], -1))[:, 0, :1])
                states += [zeros + np.zeros((1, n), self.dtype) for n in flatten([_state_size(cell)])]
        return states

    def _require_steps(self, shape: Shape) -> None:
        if len(shape) < 3 or shape[1] == 0:
            raise ShapeError(
                f'{type(self).__name__} "{self.name}": the input must be (batch, time, features) with at least one step. '
                f"Received shape {shape}. For one feature, pass x[:, :, None]."
            )

    def _checked_mask(self, mask: Tensor | None, inputs: Tensor) -> Tensor | None:
        if mask is None:
            return None
        if mask.shape != inputs.shape[:2]:
            raise ShapeError(
                f'{type(self).__name__} "{self.name}": the mask must be (batch, time), {inputs.shape[:2]}. Received {mask.shape}.'
            )
        return mask if mask.dtype == np.bool_ else mask != 0

    # --- configuration --------------------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "cell": serialize(self.cell), **self._run_config()}

    def _run_config(self) -> dict[str, Any]:
        names = ("return_sequences", "return_state", "go_backwards", "stateful", "unroll", "zero_output_for_mask")
        return {name: getattr(self, name) for name in names}


class CellRNN(RNN):
    """Base of `SimpleRNN`, `LSTM` and `GRU`: an `RNN` that makes its cell from its own arguments."""

    cell_class: ClassVar[type[RecurrentCell]]

    def __init__(
        self,
        cell: dict[str, Any],
        /,
        units: int,
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
        made = self.cell_class(
            units,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            dtype=layer.get("dtype", "float32"),
            **cell,
        )
        super().__init__(made, **layer)

    @property
    def units(self) -> int:
        assert isinstance(self.cell, RecurrentCell)
        return self.cell.units

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        of_cell = config.pop("cell")["config"]
        return {**{k: v for k, v in of_cell.items() if k not in ("name", "trainable", "dtype")}, **config}


def _as_cell(owner: str, cell: Any) -> Layer:
    if isinstance(cell, dict):
        from pellucid.layers import get

        cell = get(cell)
    if isinstance(cell, Sequence):
        cell = StackedRNNCells(cell)
    if not isinstance(cell, Layer) or not hasattr(cell, "state_size"):
        raise ArgumentError(
            f"{owner}: cell must be a layer with state_size, such as LSTMCell(8), or a list of them. Received {cell!r}."
        )
    return cell


def by_position(name: str, given: tuple[Any, ...], initial_state: Any, mask: Any) -> tuple[Any, ...]:
    """What a recurrent layer is called with beside its inputs, by position, whichever way it was given.

    Raises:
        ArgumentError: it was given both ways.
    """
    if initial_state is None and mask is None:
        return given
    if given:
        raise ArgumentError(f"{name}: pass initial_state and mask by position or by name, not both.")
    return initial_state, mask


def _state_size(cell: Layer) -> Any:
    return cell.state_size  # type: ignore[attr-defined]


def _count(cell: Layer) -> int:
    return len(flatten([_state_size(cell)]))
