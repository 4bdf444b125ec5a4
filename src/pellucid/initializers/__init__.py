"""First values of parameters, by Keras' names. Each is called as ``initializer(shape, dtype, generator)``."""

from collections.abc import Callable
from typing import Any

from pellucid.configurable import Registry, serialize
from pellucid.initializers.constant import Constant, Ones, Zeros
from pellucid.initializers.initializer import Initializer, RandomInitializer
from pellucid.initializers.normal import RandomNormal, TruncatedNormal
from pellucid.initializers.orthogonal import Identity, Orthogonal
from pellucid.initializers.uniform import RandomUniform
from pellucid.initializers.variance_scaling import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    VarianceScaling,
)

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "RandomInitializer",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "get",
    "register",
    "serialize",
]

registry = Registry[Initializer](
    "initializer",
    Initializer,
    {
        GlorotUniform: ["xavier_uniform"],
        GlorotNormal: ["xavier_normal"],
        HeUniform: [],
        HeNormal: [],
        LecunUniform: [],
        LecunNormal: [],
        VarianceScaling: [],
        Orthogonal: ["orthogonal_initializer"],
        Identity: ["eye"],
        RandomNormal: ["normal"],
        RandomUniform: ["uniform"],
        TruncatedNormal: [],
        Zeros: ["zero"],
        Ones: ["one"],
        Constant: [],
    },
)
register = registry.register


def get(identifier: Any) -> Callable[..., Any]:
    """The initializer for a name, a configuration, or itself; a plain function (shape, dtype, generator) passes as it is.

    >>> get("he_normal")
    HeNormal(seed=None)
    """
    if callable(identifier) and not isinstance(identifier, type):
        function: Callable[..., Any] = identifier
        return function
    return registry.get(identifier)
