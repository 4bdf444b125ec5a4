"""Activations from their names, and names from activations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pellucid import ops
from pellucid.activations.linear import linear
from pellucid.activations.scaled_tanh import scaled_tanh
from pellucid.autodiff import Tensor
from pellucid.errors import ArgumentError, unknown_name

Activation = Callable[[Any], Tensor]
F = TypeVar("F", bound=Callable[..., Any])

_functions: dict[str, Activation] = {
    "celu": ops.celu,
    "elu": ops.elu,
    "exponential": ops.exp,
    "gelu": ops.gelu,
    "glu": ops.glu,
    "hard_shrink": ops.hard_shrink,
    "hard_sigmoid": ops.hard_sigmoid,
    "hard_silu": ops.hard_silu,
    "hard_tanh": ops.hard_tanh,
    "leaky_relu": ops.leaky_relu,
    "linear": linear,
    "log_sigmoid": ops.log_sigmoid,
    "log_softmax": ops.log_softmax,
    "mish": ops.mish,
    "relu": ops.relu,
    "relu6": ops.relu6,
    "scaled_tanh": scaled_tanh,
    "selu": ops.selu,
    "sigmoid": ops.sigmoid,
    "silu": ops.silu,
    "soft_shrink": ops.soft_shrink,
    "softmax": ops.softmax,
    "softplus": ops.softplus,
    "softsign": ops.softsign,
    "sparse_plus": ops.sparse_plus,
    "sparse_sigmoid": ops.sparse_sigmoid,
    "sparsemax": ops.sparsemax,
    "squareplus": ops.squareplus,
    "step": ops.step,
    "tanh": ops.tanh,
    "tanh_shrink": ops.tanh_shrink,
    "swish": ops.silu,  # aliases stand last: a stored model has the first name of a function
    "hard_swish": ops.hard_silu,
}
_built_in = frozenset(_functions)


def register(function: F) -> F:
    """Decorator that makes a function known by its name, so that a stored model can name it.

    >>> import pellucid as pl
    >>> @pl.activations.register
    ... def squared_relu(x):
    ...     return pl.ops.relu(x) ** 2
    >>> pl.activations.get("squared_relu")([-1.0, 3.0]).numpy()
    array([0., 9.], dtype=float32)

    Raises:
        ArgumentError: an activation of the library has the name.
    """
    if function.__name__ in _built_in:
        raise ArgumentError(f"activation: the name {function.__name__!r} belongs to the library. Rename the function.")
    _functions[function.__name__] = function
    return function


def get(identifier: Any) -> Activation:
    """The function of this name, a function itself, or `linear` for None.

    Raises:
        ArgumentError: the name is not known; the nearest one is suggested.

    >>> get("relu")([-1.0, 2.0]).numpy()
    array([0., 2.], dtype=float32)
    """
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        try:
            return _functions[identifier.lower()]
        except KeyError:
            raise unknown_name("activation", identifier, _functions) from None
    if callable(identifier):
        function: Activation = identifier
        return function
    raise ArgumentError(f"activation: pass a name or a function. Received {identifier!r}.")


def serialize(activation: Activation) -> str:
    """The name by which a stored model calls ``activation``.

    Raises:
        ArgumentError: the function is not known by a name.
    """
    for name, function in _functions.items():
        if function is activation:
            return name
    raise ArgumentError(
        f"activation: {getattr(activation, '__name__', activation)!r} has no name that a stored model could use. "
        "Decorate it with pellucid.activations.register, or use a layer that keeps its settings (LeakyReLU, ELU, ReLU, ...)."
    )
