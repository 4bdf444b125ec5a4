"""Parameters plus a composition of operations, by Keras' names."""

from typing import Any

from pellucid.configurable import Registry, serialize
from pellucid.layers.activation import Activation
from pellucid.layers.activity_regularization import ActivityRegularization
from pellucid.layers.alpha_dropout import AlphaDropout
from pellucid.layers.batch_normalization import BatchNormalization
from pellucid.layers.concatenate import Concatenate, concatenate
from pellucid.layers.dense import Dense
from pellucid.layers.dot import Dot, dot
from pellucid.layers.dropout import Dropout
from pellucid.layers.elu import ELU
from pellucid.layers.embedding import Embedding
from pellucid.layers.flatten import Flatten
from pellucid.layers.gaussian_noise import GaussianDropout, GaussianNoise
from pellucid.layers.group_normalization import GroupNormalization
from pellucid.layers.identity import Identity
from pellucid.layers.input import Input, InputLayer
from pellucid.layers.lambda_layer import Lambda
from pellucid.layers.layer import Layer
from pellucid.layers.layer_normalization import LayerNormalization, RMSNormalization
from pellucid.layers.leaky_relu import LeakyReLU
from pellucid.layers.merging import (
    Add,
    Average,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
    add,
    average,
    maximum,
    minimum,
    multiply,
    subtract,
)
from pellucid.layers.normalization import Normalization
from pellucid.layers.permute import Permute
from pellucid.layers.prelu import PReLU
from pellucid.layers.relu import ReLU
from pellucid.layers.repeat_vector import RepeatVector
from pellucid.layers.rescaling import Rescaling
from pellucid.layers.reshape import Reshape
from pellucid.layers.softmax import Softmax
from pellucid.layers.unit_normalization import UnitNormalization

__all__ = [
    "ELU",
    "Activation",
    "ActivityRegularization",
    "Add",
    "AlphaDropout",
    "Average",
    "BatchNormalization",
    "Concatenate",
    "Dense",
    "Dot",
    "Dropout",
    "Embedding",
    "Flatten",
    "GaussianDropout",
    "GaussianNoise",
    "GroupNormalization",
    "Identity",
    "Input",
    "InputLayer",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Maximum",
    "Minimum",
    "Multiply",
    "Normalization",
    "PReLU",
    "Permute",
    "RMSNormalization",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "Softmax",
    "Subtract",
    "UnitNormalization",
    "add",
    "average",
    "concatenate",
    "dot",
    "get",
    "maximum",
    "minimum",
    "multiply",
    "register",
    "serialize",
    "subtract",
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
        ActivityRegularization: [],
        AlphaDropout: [],
        Concatenate: [],
        Dot: [],
        Embedding: [],
        GaussianDropout: [],
        GaussianNoise: [],
        GroupNormalization: [],
        Identity: [],
        Lambda: [],
        LayerNormalization: [],
        RMSNormalization: [],
        Add: [],
        Average: [],
        Maximum: [],
        Minimum: [],
        Multiply: [],
        Subtract: [],
        Permute: [],
        RepeatVector: [],
        Reshape: [],
        UnitNormalization: [],
    },
)
register = registry.register


def get(identifier: Any) -> Layer:
    """The layer for a configuration as `serialize` gives it, or itself.

    >>> get({"class_name": "Dense", "config": {"units": 3, "name": "scores"}})
    <Dense 'scores', not built>
    """
    return registry.get(identifier)
