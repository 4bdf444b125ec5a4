"""LSTM: long short-term memory."""

from __future__ import annotations

from typing import Any

from pellucid import activations, ops
from pellucid.arguments import flag
from pellucid.autodiff import Tensor
from pellucid.autodiff.spec import Shape
from pellucid.layers.recurrent_cell import RecurrentCell
from pellucid.layers.rnn import CellRNN


class LSTMCell(RecurrentCell):
    """One step of long short-term memory; equations with `LSTM`.

    Shapes: inputs (batch, in), states [h, c], each (batch, units) -> (batch, units) and [h', c']. kernel (in, 4 units),
    recurrent_kernel (units, 4 units), bias (4 units,), columns in the order i, f, g, o as in Keras and PyTorch.

    Args:
        recurrent_activation: of the gates.
        unit_forget_bias: whether the forget gate's bias begins at 1, so that memory is kept at first.
        settings: see `RecurrentCell`.

    >>> import pellucid as pl
    >>> y, (h, c) = pl.layers.LSTMCell(3)([[1.0, 2.0]])
    >>> y.shape, h.shape, c.shape
    ((1, 3), (1, 3), (1, 3))
    """

    gates = 4
    states = 2

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        unit_forget_bias: bool = True,
        **settings: Any,
    ) -> None:
        super().__init__(units, activation, use_bias, **settings)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.unit_forget_bias = flag(type(self).__name__, "unit_forget_bias", unit_forget_bias)

    def build(self, input_shape: Shape) -> None:
        super().build(input_shape)
        if self.use_bias and self.unit_forget_bias:
            self.bias.array[self.units : 2 * self.units] = 1

    def advance(self, projected: Tensor, states: list[Tensor], kept: Tensor | None) -> tuple[Tensor, list[Tensor]]:
        (h, c), n = states, self.units
        sums = projected + (h if kept is None else h * kept) @ self.recurrent_kernel
        i, f, o = (self.recurrent_activation(sums[:, k * n : (k + 1) * n]) for k in (0, 1, 3))
        c = f * c + i * self.activation(sums[:, 2 * n : 3 * n])
        h = o * self.activation(c)
        return h, [h, c]

    @property
    def can_scan(self) -> bool:
        return self.activation is activations.tanh and self.recurrent_activation is activations.sigmoid

    def scan(
        self, inputs: Tensor, states: list[Tensor], mask: Tensor | None, go_backwards: bool, with_states: bool, sequences: bool
    ) -> tuple[Tensor, list[Tensor]]:
        h, c = states
        weights = self.kernel, self.recurrent_kernel, self.bias if self.use_bias else None
        y = ops.lstm(inputs, h, c, *weights, mask, go_backwards, sequences, with_states)
        if not with_states:
            return y, []
        last = self._ended(y, go_backwards, sequences)
        return y[..., : self.units], [last[:, : self.units], last[:, self.units :]]

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "recurrent_activation": activations.serialize(self.recurrent_activation),
            "unit_forget_bias": self.unit_forget_bias,
        }


class LSTM(CellRNN):
    """Recurrent layer with a memory that gates write to, forget and read.

        i, f, o = sigmoid of [x_t h_{t-1} 1] times weights of their own      g = tanh of the same

        c_t = f c_{t-1} + i g      h_t = o tanh(c_t)

    Shapes: x (batch, time, in) -> (batch, units), or with ``return_sequences`` (batch, time, units). kernel (in, 4 units),
    recurrent_kernel (units, 4 units), bias (4 units,), in the order i, f, g, o. Parameters: 4 units (in + units + 1); PyTorch has
    a second bias. States: [h, c].

    Args:
        units: length of the state.
        activation: of g and of the cell when it is read. Other than tanh: step by step, slower.
        recurrent_activation: of the gates. Other than sigmoid: step by step, slower.
        use_bias: whether there is a bias.
        unit_forget_bias: whether the forget gate's bias begins at 1.
        settings: of the cell, see `RecurrentCell`, and of the run over time, see `RNN`.

    Source: Hochreiter and Schmidhuber, "Long short-term memory", 1997; Gers et al. 2000; the bias: Jozefowicz et al. 2015.

    >>> import numpy as np, pellucid as pl
    >>> y, h, c = pl.layers.LSTM(4, return_state=True)(np.zeros((2, 5, 3)))
    >>> y.shape, h.shape, c.shape
    ((2, 4), (2, 4), (2, 4))
    """

    cell_class = LSTMCell

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        unit_forget_bias: bool = True,
        **settings: Any,
    ) -> None:
        cell = {
            "activation": activation,
            "recurrent_activation": recurrent_activation,
            "use_bias": use_bias,
            "unit_forget_bias": unit_forget_bias,
        }
        super().__init__(cell, units, **settings)
