"""SimpleRNN: the plain recurrent network."""

from __future__ import annotations

from typing import Any

from pellucid import activations, ops
from pellucid.autodiff import Tensor
from pellucid.layers.recurrent_cell import RecurrentCell
from pellucid.layers.rnn import CellRNN
from pellucid.ops.fused_activation import FusedActivation

_FUSED: dict[Any, FusedActivation] = {
    activations.linear: FusedActivation.LINEAR,
    activations.relu: FusedActivation.RELU,
    activations.sigmoid: FusedActivation.SIGMOID,
    activations.tanh: FusedActivation.TANH,
}


class SimpleRNNCell(RecurrentCell):
    """One step of Elman's network: h' = f(x kernel + bias + h recurrent_kernel).

    Shapes: inputs (batch, in), states [h] (batch, units) -> (batch, units) and [h']. kernel (in, units), recurrent_kernel (units,
    units), bias (units,). Arguments: see `RecurrentCell`.

    >>> import pellucid as pl
    >>> cell = pl.layers.SimpleRNNCell(2, kernel_initializer="ones", recurrent_initializer="eye", activation="linear")
    >>> y, states = cell([[1.0]], [pl.tensor([[0.0, 3.0]])])
    >>> y.numpy()
    array([[1., 4.]], dtype=float32)
    """

    def advance(self, projected: Tensor, states: list[Tensor], kept: Tensor | None) -> tuple[Tensor, list[Tensor]]:
        h = states[0] if kept is None else states[0] * kept
        new = self.activation(projected + h @ self.recurrent_kernel)
        return new, [new]

    @property
    def can_scan(self) -> bool:
        return self.activation in _FUSED

    def scan(
        self, inputs: Tensor, states: list[Tensor], mask: Tensor | None, go_backwards: bool, with_states: bool, sequences: bool
    ) -> tuple[Tensor, list[Tensor]]:
        weights = self.kernel, self.recurrent_kernel, self.bias if self.use_bias else None
        y = ops.simple_rnn(inputs, states[0], *weights, mask, _FUSED[self.activation], go_backwards, sequences)
        return y, [self._ended(y, go_backwards, sequences)] if with_states else []


class SimpleRNN(CellRNN):
    """Recurrent layer whose state is its output: h_t = f(x_t kernel + bias + h_{t-1} recurrent_kernel).

    Its gradient passes through as many products and slopes as there are steps, and vanishes or explodes: `LSTM` and `GRU` are
    the cure, and clipping (Bengio et al. 1994; Pascanu et al. 2013).

    Shapes: x (batch, time, in) -> (batch, units), or with ``return_sequences`` (batch, time, units). kernel (in, units),
    recurrent_kernel (units, units), bias (units,). Parameters: units * (in + units + 1).

    Args:
        units: length of the state.
        activation: f. One of linear, relu, sigmoid and tanh runs as one operation; others step by step, slower.
        use_bias: whether there is a bias.
        settings: of the cell, see `RecurrentCell`, and of the run over time, see `RNN`.

    Source: Elman, "Finding structure in time", 1990.

    >>> import numpy as np, pellucid as pl
    >>> layer = pl.layers.SimpleRNN(4, return_sequences=True)
    >>> layer(np.zeros((2, 5, 3))).shape
    (2, 5, 4)
    """

    cell_class = SimpleRNNCell

    def __init__(self, units: int, activation: Any = "tanh", use_bias: bool = True, **settings: Any) -> None:
        cell = {"activation": activation, "use_bias": use_bias}
        super().__init__(cell, units, **settings)
