"""build: a network from its name, with the right input and output for the data."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Literal

from pellucid.arguments import integer
from pellucid.errors import ArgumentError, unknown_name
from pellucid.layers import Dense, InputLayer, Layer
from pellucid.models import Sequential
from pellucid.networks.augmentation import augmentation
from pellucid.networks.images import image_shape

Problem = Literal["classification", "regression"]
Hidden = Callable[..., list[Layer]]

_NETWORKS: dict[str, tuple[str, Hidden]] = {}


def register(name: str, usage: str) -> Callable[[Hidden], Hidden]:
    """Decorator that makes a function of ``NAME:TEXT``'s text, returning the layers before the output, known by its name.

    A function with a second parameter gets the shape of one sample as well.

    Args:
        name: what stands before the colon.
        usage: an example, for help and messages.
    """

    def add(hidden: Hidden) -> Hidden:
        _NETWORKS[name] = (usage, hidden)
        return hidden

    return add


def names() -> list[str]:
    """An example of every network's name.

    >>> names()
    ['gru:128', 'lenet5:original', 'linear', 'lstm:128', 'mlp:100,100', ...]
    """
    return sorted(usage for usage, _ in _NETWORKS.values())


def build(
    name: str,
    input_shape: Sequence[int],
    outputs: int,
    problem: Problem = "classification",
    *,
    preprocessing: Layer | None = None,
    augment: str | None = None,
) -> Sequential:
    """The network of this name as a `Sequential` with first weights.

    Args:
        name: such as ``mlp:100,100`` (two hidden layers of 100) or ``linear``.
        input_shape: of one sample, without the batch axis.
        outputs: number of classes, or of numbers to predict.
        problem: ``classification`` ends in a softmax, ``regression`` in plain numbers.
        preprocessing: the first layer, see `pellucid.networks.preprocessing`.
        augment: how images are changed while the network trains, such as ``flip,shift``; see `pellucid.networks.augmentation`.

    Raises:
        ArgumentError: the name is not known (the nearest one is suggested) or its text is not right.

    >>> model = build("mlp:100,100", input_shape=(8, 8), outputs=10)
    >>> model.count_params()  # (64 + 1) * 100 + (100 + 1) * 100 + (100 + 1) * 10
    17610
    """
    if not isinstance(name, str):
        raise ArgumentError(f"model: must be a name, such as 'mlp:100,100'. Received {name!r}.")
    kind, _, text = name.strip().partition(":")
    if kind.lower() not in _NETWORKS:
        raise unknown_name("model", kind, _NETWORKS)
    if problem not in ("classification", "regression"):
        raise unknown_name("problem", problem, ("classification", "regression"))
    usage, hidden = _NETWORKS[kind.lower()]
    changes = [] if augment is None else augmentation(augment, input_shape)
    shape = tuple(input_shape) if augment is None else image_shape(input_shape)
    try:
        layers = hidden(text, shape) if len(inspect.signature(hidden).parameters) > 1 else hidden(text)
    except ArgumentError as error:
        raise ArgumentError(f"model: {name!r} does not describe a network. {error} An example: {usage}.") from None
    activation = "softmax" if problem == "classification" else None
    last = Dense(integer("build", "outputs", outputs, at_least=1), activation, name="output")
    first = [] if preprocessing is None else [preprocessing]
    return Sequential([InputLayer(tuple(input_shape)), *first, *changes, *layers, last], name=kind.lower())
