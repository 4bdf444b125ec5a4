"""What a parameter is held to after each update, by Keras' names."""

from collections.abc import Callable
from typing import Any

from pellucid.autodiff import Tensor
from pellucid.configurable import Registry, serialize
from pellucid.constraints.constraint import Constraint
from pellucid.constraints.non_neg import NonNeg
from pellucid.constraints.norms import MaxNorm, MinMaxNorm, NormConstraint, UnitNorm

__all__ = ["Constraint", "MaxNorm", "MinMaxNorm", "NonNeg", "NormConstraint", "UnitNorm", "get", "register", "serialize"]

registry = Registry[Constraint](
    "constraint",
    Constraint,
    {MaxNorm: [], NonNeg: ["nonneg", "non_negative"], UnitNorm: [], MinMaxNorm: []},
)
register = registry.register


def get(identifier: Any) -> Callable[[Tensor], Tensor] | None:
    """The constraint for a name, a configuration, or itself; a plain function of a tensor passes as it is. None for None.

    >>> get("max_norm")
    MaxNorm(max_value=2.0, axis=0)
    """
    if identifier is None:
        return None
    if callable(identifier) and not isinstance(identifier, type):
        function: Callable[[Tensor], Tensor] = identifier
        return function
    return registry.get(identifier)
