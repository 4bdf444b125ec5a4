"""Multilayer perceptrons, and the linear model that they begin from."""

from __future__ import annotations

from pellucid.errors import ArgumentError
from pellucid.layers import Dense, Flatten, Layer
from pellucid.networks.build import register


@register("mlp", "mlp:100,100")
def mlp(text: str) -> list[Layer]:
    """Dense ReLU layers of these widths: ``100,100`` is two of 100.

    He's initial weights keep the signal's variance through ReLU (He et al. 2015, Delving deep into rectifiers).

    Raises:
        ArgumentError: a width is not a positive integer.
    """
    widths = [width.strip() for width in text.split(",")]
    for width in widths:
        if not (width.isascii() and width.isdigit() and int(width) > 0):
            raise ArgumentError(f"Widths must be positive integers with commas between. Received {text!r}.")
    hidden = [Dense(int(width), "relu", kernel_initializer="he_normal", name=f"hidden_{i}") for i, width in enumerate(widths, 1)]
    return [Flatten(name="flatten"), *hidden]


@register("linear", "linear")
def linear(text: str) -> list[Layer]:
    """No hidden layer: softmax regression, or linear regression.

    Raises:
        ArgumentError: there is text after the name.
    """
    if text:
        raise ArgumentError(f"It takes nothing after its name. Received {text!r}.")
    return [Flatten(name="flatten")]
