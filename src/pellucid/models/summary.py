"""The summary of a model: its layers, what they give out, and the arithmetic of their parameters."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pellucid.autodiff.nest import flatten
from pellucid.errors import PellucidError
from pellucid.layers.layer import Layer
from pellucid.lens.layer_calls import traced_calls
from pellucid.lens.receptive_field import ReceptiveField, receptive_fields
from pellucid.models.multiply_adds import multiply_adds

if TYPE_CHECKING:
    from pellucid.models.model import Model


def summary(model: Model) -> str:
    """A table as text.

    Where weights are used more than once for a sample, as in convolutions and recurrent layers, each layer's multiply-adds
    for one sample stand beside its parameters; and of models on images or lines the receptive field, see
    `lens.receptive_fields`: the places of the input that a unit sees, and how far those of the next unit lie from them.

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

    work = _work(model)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=True, show_edge=False)
    for column in ("Layer", "Type", "Output shape", "Parameters"):
        table.add_column(column)
    if work.counts:
        table.add_column("Multiply-adds", justify="right")
    if work.fields:
        table.add_column("Receptive field")
    for path, layer, is_whole in _rows(model, ""):
        indent = "  " * path.count("/")
        row = [indent + layer.name, type(layer).__name__, _output_shape(layer), arithmetic(layer)]
        if work.counts:
            row.append("" if is_whole else f"{work.counts[path]:,}")
        if work.fields:
            row.append(_field(work.fields.get(path)))
        table.add_row(*row)
    text = io.StringIO()
    width = 100 + 16 * bool(work.counts) + 24 * bool(work.fields)
    Console(file=text, width=width, color_system=None).print(table)
    lines = [line.rstrip() for line in text.getvalue().splitlines()]
    total = sum(p.size for p in model.weights)
    trained = sum(p.size for p in model.trainable_weights)
    nbytes = sum(p.spec.nbytes for p in model.weights)
    kept = f"{total:,} parameters ({nbytes:,} bytes): {trained:,} trained, {total - trained:,} not trained"
    done = [f"{work.counts.total():,} multiply-adds a sample"] if work.counts else []
    return "\n".join([f'Model "{model.name}"', *(line for line in lines if line), kept, *done])


@dataclass(frozen=True)
class _Work:
    """What is known of the way of one sample through a model, by the paths of its layers."""

    counts: Counter[str]
    fields: dict[str, ReceptiveField]


def _work(model: Model) -> _Work:
    """Nothing where the model is not built, cannot be traced, or uses each weight once for a sample."""
    try:
        _, calls = traced_calls(model)
        by_label = multiply_adds(t for call in calls for t in call.outputs)
        fields = receptive_fields(model)
    except PellucidError:
        return _Work(Counter(), {})
    counts = Counter({label.partition("/")[2]: count for label, count in by_label.items()})
    uses_each_once = not fields and counts.total() <= sum(p.size for p in model.weights)
    return _Work(Counter() if uses_each_once else counts, fields)


def _field(field: ReceptiveField | None) -> str:
    """``5 x 5, stride 2``; no stride where all units see the same."""
    if field is None:
        return ""
    size = " x ".join(f"{n:g}" for n in field.size)
    stride = " x ".join(f"{n:g}" for n in (field.stride[:1] if len({*field.stride}) == 1 else field.stride))
    return size if not any(field.stride) else f"{size}, stride {stride}"


def arithmetic(layer: Layer) -> str:
    """How a layer's number of parameters comes about.

    >>> import pellucid as pl
    >>> layer = pl.layers.Dense(5, use_bias=False)
    >>> layer.build((None, 2))
    >>> arithmetic(layer)
    '2 x 5 = 10'
    """
    parameters = layer._own()
    if not parameters:
        return "0"
    terms = [" x ".join(map(str, p.shape)) or "1" for p in parameters]
    total = sum(p.size for p in parameters)
    return f"{' + '.join(terms)} = {total:,}" if len(terms) > 1 or " x " in terms[0] else f"{total:,}"


def _rows(layer: Layer, above: str) -> Iterator[tuple[str, Layer, bool]]:
    """Each layer with its path, names with slashes between, and whether it is made of others, which follow."""
    children = getattr(layer, "layers", None)
    held = children if children is not None else [child for _, child in layer._children()]
    for child in held:
        path = f"{above}{child.name}"
        inner = list(_rows(child, f"{path}/"))
        yield path, child, bool(inner)
        yield from inner


def _output_shape(layer: Layer) -> str:
    if layer._output_specs is None:
        return "not built"
    return ", ".join(str(spec.shape) for spec in flatten(layer._output_specs))
