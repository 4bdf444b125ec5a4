"""A model like another one, with new weights."""

from __future__ import annotations

from typing import Any

from pellucid.errors import ArgumentError
from pellucid.models.architecture import describe, make
from pellucid.models.model import Model


def clone_model(model: Model) -> Any:
    """A model of the same architecture, with the same names and new weights; not compiled.

    Args:
        model: a stack or a functional model; of a subclass with a ``call`` of its own, one with ``get_config``.

    Raises:
        ArgumentError: it is none, or its architecture is Python code.

    >>> import pellucid as pl
    >>> model = pl.Sequential([pl.Input((4,)), pl.layers.Dense(1)])
    >>> twin = pl.models.clone_model(model)
    >>> [w.name for w in twin.weights] == [w.name for w in model.weights], twin.weights[0] is model.weights[0]
    (True, False)
    """
    if not isinstance(model, Model):
        raise ArgumentError(f"clone_model: model must be a Model. Received {model!r}.")
    return make(describe(model))
