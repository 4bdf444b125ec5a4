"""Parameters plus a composition of operations, by Keras' names."""

from typing import Any

from pellucid.configurable import Registry, serialize
from pellucid.layers.activation import Activation
from pellucid.layers.batch_normalization import BatchNormalization
from pellucid.layers.dense import Dense
from pellucid.layers.dropout import Dropout
from pellucid.layers.elu import ELU
from pellucid.layers.flatten import Flatten
from pellucid.layers.input import Input, InputLayer
from pellucid.layers.layer import Layer
from pellucid.layers.leaky_relu import LeakyReLU
from pellucid.layers.normalization import Normalization
from pellucid.layers.prelu import PReLU
from pellucid.layers.relu import ReLU
from pellucid.layers.rescaling import Rescaling
from pellucid.layers.softmax import Softmax

__all__ = [
    "ELU",
    "Activation",
    "BatchNormalization",
    "Dense",
    "Dropout",
    "Flatten",
    "Input",
    "InputLayer",
    "Layer",
    "LeakyReLU",
    "Normalization",
    "PReLU",
    "ReLU",
    "Rescaling",
    "Softmax",
    "get",
    "register",
    "serialize",
]

registry = Registry[Layer](
    "layer",
    Layer,
    {
        InputLayer: [],
        Dense: [],
        Activation: [],
        ReLU: [],
        LeakyReLU: [],
        PReLU: [],
        ELU: [],
        Softmax: [],
        Flatten: [],
        Dropout: [],
        BatchNormalization: [],
        Normalization: [],
        Rescaling: [],
    },
)
register = registry.register


def get(identifier: Any) -> Layer:
    """The layer for a configuration as `serialize` gives it, or itself.

    >>> get({"class_name": "Dense", "config": {"units": 3, "name": "scores"}})
    <Dense 'scores', not built>
    """
    return registry.get(identifier)
