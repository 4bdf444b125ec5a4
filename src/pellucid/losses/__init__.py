"""How far predictions are from their targets, by Keras' names."""

from typing import Any

from pellucid.configurable import Registry, serialize
from pellucid.losses.binary_crossentropy import BinaryCrossentropy
from pellucid.losses.categorical_crossentropy import CategoricalCrossentropy
from pellucid.losses.function_loss import FunctionLoss
from pellucid.losses.loss import Loss
from pellucid.losses.mean_squared_error import MeanSquaredError
from pellucid.losses.sparse_categorical_crossentropy import SparseCategoricalCrossentropy

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "FunctionLoss",
    "Loss",
    "MeanSquaredError",
    "SparseCategoricalCrossentropy",
    "get",
    "register",
    "serialize",
]

registry = Registry[Loss](
    "loss",
    Loss,
    {MeanSquaredError: ["mse"], BinaryCrossentropy: ["bce"], CategoricalCrossentropy: [], SparseCategoricalCrossentropy: []},
)
register = registry.register


def get(identifier: Any) -> Loss:
    """The loss for a name, a configuration, itself, or a plain function (y_true, y_pred).

    >>> get("mse")
    MeanSquaredError(name='mean_squared_error')
    """
    if callable(identifier) and not isinstance(identifier, Loss | type):
        return FunctionLoss(identifier)
    return registry.get(identifier)
