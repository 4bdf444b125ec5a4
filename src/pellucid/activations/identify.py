"""Activations from their names, and names from activations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pellucid import ops
from pellucid.activations.linear import linear
from pellucid.autodiff import Tensor
from pellucid.errors import ArgumentError, unknown_name

Activation = Callable[[Any], Tensor]
F = TypeVar("F", bound=Callable[..., Any])

_functions: dict[str, Activation] = {
    "linear": linear,
    "relu": ops.relu,
    "sigmoid": ops.sigmoid,
    "softmax": ops.softmax,
    "step": ops.step,
    "tanh": ops.tanh,
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
        "Decorate it with pellucid.activations.register."
    )
