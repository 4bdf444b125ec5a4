"""The summary of a model: its layers, what they give out, and the arithmetic of their parameters."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pellucid.autodiff.nest import flatten
from pellucid.layers.layer import Layer

if TYPE_CHECKING:
    from pellucid.models.model import Model


def summary(model: Model) -> str:
    """A table as text.

    >>> import pellucid as pl
    >>> model = pl.Sequential([pl.layers.Dense(5, input_dim=2, name="hidden")], name="small")
    >>> print(summary(model))  # doctest: +NORMALIZE_WHITESPACE, +ELLIPSIS
    Model "small"
      Layer     Type    Output shape    Parameters
    ...
      hidden    Dense   (None, 5)       2 x 5 + 5 = 15
    15 parameters (60 bytes): 15 trained, 0 not trained
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=True, show_edge=False)
    for column in ("Layer", "Type", "Output shape", "Parameters"):
        table.add_column(column)
    for indent, layer in _rows(model, 0):
        table.add_row("  " * indent + layer.name, type(layer).__name__, _output_shape(layer), arithmetic(layer))
    text = io.StringIO()
    Console(file=text, width=100, color_system=None).print(table)
    lines = [line.rstrip() for line in text.getvalue().splitlines()]
    total = sum(p.size for p in model.weights)
    trained = sum(p.size for p in model.trainable_weights)
    nbytes = sum(p.spec.nbytes for p in model.weights)
    kept = f"{total:,} parameters ({nbytes:,} bytes): {trained:,} trained, {total - trained:,} not trained"
    return "\n".join([f'Model "{model.name}"', *(line for line in lines if line), kept])


def arithmetic(layer: Layer) -> str:
    """How a layer's number of parameters comes about.

    >>> import pellucid as pl
    >>> layer = pl.layers.Dense(5, use_bias=False)
    >>> layer.build((None, 2))
    >>> arithmetic(layer)
    '2 x 5 = 10'
    """
    parameters = layer._parameters
    if not parameters:
        return "0"
    terms = [" x ".join(map(str, p.shape)) or "1" for p in parameters]
    total = sum(p.size for p in parameters)
    return f"{' + '.join(terms)} = {total:,}" if len(terms) > 1 or " x " in terms[0] else f"{total:,}"


def _rows(layer: Layer, indent: int) -> Iterator[tuple[int, Layer]]:
    children = getattr(layer, "layers", None)
    held = children if children is not None else [child for _, child in layer._children()]
    for child in held:
        yield indent, child
        yield from _rows(child, indent + 1)


def _output_shape(layer: Layer) -> str:
    if layer._output_specs is None:
        return "not built"
    return ", ".join(str(spec.shape) for spec in flatten(layer._output_specs))
