"""receptive-fields: what units of a deep network see of a photograph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pellucid import lens, networks
from pellucid.figures.letters import drawable
from pellucid.figures.photograph import grey, photograph
from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.pixels import bare
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.lens.layer_calls import traced_calls
from pellucid.models import Model

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class ReceptiveFields:
    """What one unit of each of some layers sees of an image, as if the image went on beyond its borders.

    Shapes: image (rows, columns, 3); size (layers, 2); first and last (layers, 2), the corners of the field of the unit in the
    middle of its layer; corner_first and corner_last (layers, 2), of unit (0, 0).
    """

    image: Array
    layer: tuple[str, ...]
    size: Array
    first: Array
    last: Array
    corner_first: Array
    corner_last: Array


def receptive_fields_of(model: Model, layers: Sequence[str], image: Array) -> ReceptiveFields:
    """The data of the figure for layers of a model, by name, and an image (rows, columns, 3) of the size that it takes."""
    fields = lens.receptive_fields(model)
    shapes = {call.name: call.outputs[0].shape[1:3] for call in traced_calls(model)[1]}
    middle = [lens.receptive_field_of(model, name, tuple(n // 2 for n in shapes[name])) for name in layers]
    corner = [lens.receptive_field_of(model, name) for name in layers]
    return ReceptiveFields(
        np.asarray(image),
        tuple(layers),
        np.array([fields[name].size for name in layers]),
        *(np.array([getattr(field, end) for field in found]) for found in (middle, corner) for end in ("first", "last")),
    )


def compute(settings: Settings) -> ReceptiveFields:
    """The last convolution of each of VGG-16's blocks, over a photograph of its size."""
    image = photograph("flower")[100:324, 190:414]
    layers = ["convolution_1_2", "convolution_2_2", "convolution_3_3", "convolution_4_3", "convolution_5_3"]
    return receptive_fields_of(networks.outline(networks.vgg16), layers, image)


def draw(data: ReceptiveFields, sheet: Sheet) -> None:
    """Left units in the middle, right those in the corner, whose fields reach into the padding."""
    left, right = sheet.panels(1, 2)
    _fields(left, data, data.first, data.last, sheet)
    left.set_title(sheet.say(_MIDDLE))
    _fields(right, data, data.corner_first, data.corner_last, sheet)
    right.set_title(sheet.say(_CORNER))
    rows, columns = data.image.shape[:2]
    beyond = float(-data.corner_first.min()) + 6
    right.set(xlim=(-beyond, columns), ylim=(rows, -beyond))
    handles, _ = left.get_legend_handles_labels()
    names = [f"{drawable(name, ['DejaVu Sans'], '')}: {h} × {w}" for name, (h, w) in zip(data.layer, data.size, strict=True)]
    sheet.figure.legend(handles, names, loc="outside right center")


def _fields(axes: Axes, data: ReceptiveFields, firsts: Array, lasts: Array, sheet: Sheet) -> None:
    rows, columns = data.image.shape[:2]
    axes.imshow(grey(data.image), cmap="gray", vmin=0, vmax=1, extent=(0, columns, rows, 0), alpha=0.5)
    for i, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
        (top, left), (bottom, right) = first, last + 1
        look = sheet.curve(i) | {"linewidth": 2.4, "label": data.layer[i]}
        axes.plot([left, right, right, left, left], [top, top, bottom, bottom, top], **look)
    bare(axes)


_MIDDLE = Text("units in the middle of their layers", "층 가운데의 유닛")
_CORNER = Text("units in the upper left corner", "왼쪽 위 구석의 유닛")

PICTURE = Picture(
    "receptive-fields",
    Text("Receptive fields: how much of an image one unit sees", "수용 영역: 유닛 하나가 보는 범위"),
    Text(
        "Kernels of 3 x 3 alone, yet each layer of VGG-16 sees more than the one before: a convolution adds 2 places, "
        "and after each "
        "pooling 2 places count double. In the corner a good part of what a unit sees is padding.",
        "필터는 모두 3×3인데도 VGG-16의 층은 갈수록 넓게 본다. 합성곱을 거칠 때마다 두 칸씩 넓어지고, 풀링을 지나면 그 두 칸이 "
        "두 배가 된다. 구석의 유닛이 보는 범위는 상당 부분이 패딩이다.",
    ),
    compute,
    draw,
    size=(10.6, 4.9),
)
