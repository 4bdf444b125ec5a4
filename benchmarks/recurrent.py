"""Recurrent nets whose training steps are compared: one cell over a sequence, its last state into a dense layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Recurrent:
    """A cell of ``units`` over ``time`` steps of ``features``: a sample's numbers, step by step."""

    cell: str
    units: int
    time: int
    features: int

    @property
    def width(self) -> int:
        """Columns of both kernels: one share a gate."""
        return self.units * {"rnn": 1, "gru": 3, "lstm": 4}[self.cell]


RECURRENT = {
    "simple-rnn": Recurrent("rnn", 128, 28, 28),
    "simple-rnn-long": Recurrent("rnn", 64, 100, 64),
    "gru": Recurrent("gru", 128, 28, 28),
    "lstm": Recurrent("lstm", 128, 28, 28),
}


def initial_values(net: str, classes: int, rng: np.random.Generator) -> dict[str, Array]:
    """Every parameter by name: Keras' layout and order of gates. The GRU has a bias of the inputs and one of the state."""
    shape = RECURRENT[net]
    return {
        "cell/kernel": rng.normal(0.0, np.sqrt(1 / shape.features), (shape.features, shape.width)).astype(np.float32),
        "cell/recurrent_kernel": rng.normal(0.0, np.sqrt(1 / shape.units), (shape.units, shape.width)).astype(np.float32),
        "cell/bias": np.zeros((2, shape.width) if shape.cell == "gru" else shape.width, np.float32),
        "last/kernel": rng.normal(0.0, np.sqrt(1 / shape.units), (shape.units, classes)).astype(np.float32),
        "last/bias": np.zeros(classes, np.float32),
    }
