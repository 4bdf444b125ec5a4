"""Penalties on parameters, by Keras' names."""

from typing import Any

from pellucid.configurable import Registry, serialize
from pellucid.regularizers.function import FunctionRegularizer
from pellucid.regularizers.l1 import L1
from pellucid.regularizers.l1_l2 import L1L2
from pellucid.regularizers.l2 import L2
from pellucid.regularizers.orthogonal import OrthogonalRegularizer
from pellucid.regularizers.regularizer import Regularizer

__all__ = ["L1", "L1L2", "L2", "FunctionRegularizer", "OrthogonalRegularizer", "Regularizer", "get", "register", "serialize"]

registry = Registry[Regularizer]("regularizer", Regularizer, {L1: [], L2: [], L1L2: [], OrthogonalRegularizer: ["orthogonal"]})
register = registry.register


def get(identifier: Any) -> Regularizer | None:
    """The penalty for a name, a configuration, a plain function of the parameter, or itself; None for None.

    >>> get("l2")
    L2(l2=0.01)
    """
    if callable(identifier) and not isinstance(identifier, Regularizer | type):
        return FunctionRegularizer(identifier)
    return None if identifier is None else registry.get(identifier)
