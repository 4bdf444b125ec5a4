"""Recurrent networks by name: rnn:128, lstm:128 or gru:128,128 (two on top of each other), over rows of images or steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid import layers
from pellucid.errors import ArgumentError
from pellucid.layers import Layer, Reshape
from pellucid.networks.build import register

RECURRENT: dict[str, Any] = {"rnn": layers.SimpleRNN, "lstm": layers.LSTM, "gru": layers.GRU}
DEFAULT = "128"


def widths(text: str, default: str = DEFAULT) -> list[int]:
    """The numbers in ``128,64``.

    Raises:
        ArgumentError: they are none.

    >>> widths("128,64"), widths("")
    ([128, 64], [128])
    """
    parts = [part.strip() for part in (text or default).split(",")]
    for part in parts:
        if not (part.isascii() and part.isdigit() and int(part) > 0):
            raise ArgumentError(f"Widths must be positive integers with commas between. Received {text!r}.")
    return [int(part) for part in parts]


def steps(input_shape: Sequence[int]) -> list[Layer]:
    """What makes steps of a sample: an image is read row by row; (time, features) is a sequence already.

    Raises:
        ArgumentError: a sample has one axis alone, such as the row of a table, whose columns do not follow each other in time.

    >>> steps((28, 28)), steps((32, 32, 3))
    ([], [<Reshape 'rows', not built>])
    """
    if len(input_shape) < 2:
        raise ArgumentError(
            f"It takes images or sequences (time, features). Received samples of shape {tuple(input_shape)}: its numbers have no "
            "order in time."
        )
    if len(input_shape) == 2:
        return []
    time, *rest = input_shape
    features = 1
    for n in rest:
        features *= n
    return [Reshape((time, features), name="rows")]


def recurrent(kind: str, text: str, input_shape: Sequence[int]) -> list[Layer]:
    """Recurrent layers of these widths, each over the outputs of the one before; the last gives its last state alone.

    Raises:
        ArgumentError: a width is not a positive integer, or samples are no sequences.

    >>> recurrent("gru", "64,32", (28, 28))
    [<GRU 'gru_1', not built>, <GRU 'gru_2', not built>]
    """
    sizes = widths(text)
    made = [
        RECURRENT[kind](size, return_sequences=number < len(sizes), name=f"{kind}_{number}")
        for number, size in enumerate(sizes, 1)
    ]
    return [*steps(input_shape), *made]


@register("rnn", "rnn:128")
def _rnn(text: str, input_shape: Sequence[int]) -> list[Layer]:
    return recurrent("rnn", text, input_shape)


@register("lstm", "lstm:128")
def _lstm(text: str, input_shape: Sequence[int]) -> list[Layer]:
    return recurrent("lstm", text, input_shape)


@register("gru", "gru:128")
def _gru(text: str, input_shape: Sequence[int]) -> list[Layer]:
    return recurrent("gru", text, input_shape)
