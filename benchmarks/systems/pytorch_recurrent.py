"""The nets of ``benchmarks.recurrent`` in PyTorch, by the functions behind ``nn.RNN``, ``nn.GRU`` and ``nn.LSTM``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from benchmarks.recurrent import Recurrent


def logits(p: Mapping[str, torch.Tensor], net: Recurrent, x: torch.Tensor) -> torch.Tensor:
    """Of one batch, from the last state."""
    x = x.view(-1, net.time, net.features)
    first = x.new_zeros(1, x.shape[0], net.units)
    bias = p["cell/bias"]
    biases = (bias[0], bias[1]) if net.cell == "gru" else (bias, torch.zeros_like(bias))
    weights = [p["cell/kernel"], p["cell/recurrent_kernel"], *biases]
    settings: Any = (True, 1, 0.0, True, False, True)  # biases, layers, dropout, training, both ways, batch first
    if net.cell == "lstm":
        y, *_ = torch.lstm(x, (first, first), weights, *settings)
    else:
        y, _ = (torch.gru if net.cell == "gru" else torch.rnn_tanh)(x, first, weights, *settings)
    return torch.addmm(p["last/bias"], y[:, -1], p["last/kernel"])


def from_values(net: Recurrent, name: str, value: Any) -> torch.Tensor:
    """An initial value as PyTorch likes it: kernels (columns, rows), and of a GRU r before z."""
    if name.startswith("cell/"):
        if net.cell == "gru":
            z, r, n = np.split(value, 3, axis=-1)
            value = np.concatenate([r, z, n], axis=-1)
        if name != "cell/bias":
            value = value.T
    return torch.from_numpy(np.array(value, order="C"))
