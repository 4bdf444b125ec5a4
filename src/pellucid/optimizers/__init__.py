"""How parameters follow their gradients, by Keras' names."""

from typing import Any

from pellucid.configurable import Registry, serialize
from pellucid.optimizers.adam import Adam
from pellucid.optimizers.optimizer import Optimizer
from pellucid.optimizers.sgd import SGD

__all__ = ["SGD", "Adam", "Optimizer", "get", "register", "serialize"]

registry = Registry[Optimizer]("optimizer", Optimizer, {SGD: [], Adam: []})
register = registry.register


def get(identifier: Any) -> Optimizer:
    """The optimizer for a name, a configuration, or itself.

    >>> get("adam").learning_rate
    0.001
    """
    return registry.get(identifier)
