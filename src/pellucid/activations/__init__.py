"""Functions between layers, by name: ``linear``, ``relu``, ``sigmoid``, ``tanh``, ``softmax``, ``step``."""

from pellucid.activations.identify import get, register, serialize
from pellucid.activations.linear import linear
from pellucid.ops import relu, sigmoid, softmax, step, tanh

__all__ = ["get", "linear", "register", "relu", "serialize", "sigmoid", "softmax", "step", "tanh"]
