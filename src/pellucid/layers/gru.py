"""GRU: gated recurrent units."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid import activations, ops
from pellucid.arguments import flag
from pellucid.autodiff import Tensor
from pellucid.autodiff.spec import Shape
from pellucid.layers.recurrent_cell import RecurrentCell
from pellucid.layers.rnn import CellRNN


class GRUCell(RecurrentCell):
    """One step of gated recurrent units; equations with `GRU`.

    Shapes: inputs (batch, in), states [h] (batch, units) -> (batch, units) and [h']. kernel (in, 3 units), recurrent_kernel
    (units, 3 units), columns in the order z, r, n as in Keras; bias (2, 3 units), that of the inputs and that of the state, or
    (3 units,) where the reset comes before the product.

    Args:
        recurrent_activation: of the gates.
        reset_after: whether the reset gate comes after the product with the state.
        settings: see `RecurrentCell`.

    >>> import pellucid as pl
    >>> y, states = pl.layers.GRUCell(3)([[1.0, 2.0]])
    >>> y.shape, len(states)
    ((1, 3), 1)
    """

    gates = 3

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        reset_after: bool = True,
        **settings: Any,
    ) -> None:
        super().__init__(units, activation, use_bias, **settings)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.reset_after = flag(type(self).__name__, "reset_after", reset_after)

    @property
    def bias_shape(self) -> Shape:
        return (2, 3 * self.units) if self.reset_after else (3 * self.units,)

    def input_bias(self) -> Any:
        return self.bias[0] if self.use_bias and self.reset_after else super().input_bias()

    def _recurrent_bias(self) -> Any:
        return self.bias[1] if self.use_bias and self.reset_after else np.zeros(3 * self.units, self.recurrent_kernel.dtype)

    def advance(self, projected: Tensor, states: list[Tensor], kept: Tensor | None) -> tuple[Tensor, list[Tensor]]:
        n, w, b = self.units, self.recurrent_kernel, self._recurrent_bias()
        seen = states[0] if kept is None else states[0] * kept
        z, r = (
            self.recurrent_activation(projected[:, part] + seen @ w[:, part] + b[part]) for part in (slice(0, n), slice(n, 2 * n))
        )
        rest = slice(2 * n, 3 * n)
        through = r * (seen @ w[:, rest] + b[rest]) if self.reset_after else (r * seen) @ w[:, rest]
        candidate = self.activation(projected[:, rest] + through)
        h = z * states[0] + (1 - z) * candidate
        return h, [h]

    @property
    def can_scan(self) -> bool:
        return self.activation is activations.tanh and self.recurrent_activation is activations.sigmoid

    def scan(
        self, inputs: Tensor, states: list[Tensor], mask: Tensor | None, go_backwards: bool, with_states: bool, sequences: bool
    ) -> tuple[Tensor, list[Tensor]]:
        weights = self.kernel, self.recurrent_kernel, self.bias if self.use_bias else None
        y = ops.gru(inputs, states[0], *weights, mask, self.reset_after, go_backwards, sequences)
        return y, [self._ended(y, go_backwards, sequences)] if with_states else []

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "recurrent_activation": activations.serialize(self.recurrent_activation),
            "reset_after": self.reset_after,
        }


class GRU(CellRNN):
    """Recurrent layer whose state is mixed with a candidate for the next one, by a gate.

        z, r = sigmoid of [x_t h_{t-1} 1] times weights of their own      h_t = z h_{t-1} + (1 - z) n

        n = tanh(x_t w + b + r (h_{t-1} u + c)), with ``reset_after``; otherwise n = tanh(x_t w + b + (r h_{t-1}) u)

    Shapes: x (batch, time, in) -> (batch, units), or with ``return_sequences`` (batch, time, units). kernel (in, 3 units),
    recurrent_kernel (units, 3 units), in the order z, r, n; bias (2, 3 units), or (3 units,) without ``reset_after``. PyTorch has
    the order r, z, n, and the reset after.

    Args:
        units: length of the state.
        activation: of the candidate. Other than tanh: step by step, slower.
        recurrent_activation: of the gates. Other than sigmoid: step by step, slower.
        use_bias: whether there is a bias.
        reset_after: whether the reset gate comes after the product with the state, as in Keras 2 and later, or before it, as
            first published.
        settings: of the cell, see `RecurrentCell`, and of the run over time, see `RNN`.

    Source: Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.GRU(4)(np.zeros((2, 5, 3))).shape
    (2, 4)
    """

    cell_class = GRUCell

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        reset_after: bool = True,
        **settings: Any,
    ) -> None:
        cell = {
            "activation": activation,
            "recurrent_activation": recurrent_activation,
            "use_bias": use_bias,
            "reset_after": reset_after,
        }
        super().__init__(cell, units, **settings)
