"""How parameters follow their gradients, by Keras' names."""

from typing import Any

from pellucid.configurable import Registry, serialize
from pellucid.optimizers import schedules
from pellucid.optimizers.adadelta import Adadelta
from pellucid.optimizers.adagrad import Adagrad
from pellucid.optimizers.adam import Adam, AdamW
from pellucid.optimizers.adamax import Adamax
from pellucid.optimizers.ftrl import Ftrl
from pellucid.optimizers.lamb import Lamb
from pellucid.optimizers.lion import Lion
from pellucid.optimizers.nadam import Nadam
from pellucid.optimizers.optimizer import Optimizer
from pellucid.optimizers.rmsprop import RMSprop
from pellucid.optimizers.sgd import SGD, Momentum

__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "Momentum",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "get",
    "register",
    "schedules",
    "serialize",
]

registry = Registry[Optimizer](
    "optimizer",
    Optimizer,
    {
        SGD: [],
        Momentum: [],
        Adagrad: ["AdaGrad"],
        RMSprop: [],
        Adadelta: ["AdaDelta"],
        Adam: [],
        AdamW: [],
        Adamax: [],
        Nadam: [],
        Lion: [],
        Ftrl: [],
        Lamb: [],
    },
)
register = registry.register


def get(identifier: Any) -> Optimizer:
    """The optimizer for a name, a configuration, or itself.

    >>> get("adam").learning_rate
    0.001
    """
    return registry.get(identifier)
