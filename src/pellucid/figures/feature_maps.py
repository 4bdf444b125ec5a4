"""feature-maps: one image on its way through the layers of a convolutional network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import lens
from pellucid.figures import small_network
from pellucid.figures.letters import drawable
from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.pixels import bare, show_shades, show_tiles
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.models import Model

_MOST = 8  # maps of a layer that are shown


@dataclass(frozen=True)
class FeatureMaps:
    """The first maps of each layer for one image. Shapes: image (height, width); maps, one array a layer, (maps, rows, columns);
    score (classes,), what comes out at last, empty where that are no scores."""

    image: Array
    layer: tuple[str, ...]
    maps: tuple[Array, ...]
    score: Array


def feature_maps_of(model: Model, image: Array) -> FeatureMaps:
    """The data of the figure for one image (height, width) or (height, width, channels) in the form that the model takes."""
    maps = lens.feature_maps(model, np.asarray(image)[None])
    pixels = np.asarray(image, np.float64).reshape(*np.shape(image)[:2], -1).mean(axis=2)
    shown = {name: y[0] for name, y in maps.items() if y.ndim == 4 and not name.startswith("input")}
    last = list(maps.values())[-1]
    return FeatureMaps(
        pixels,
        tuple(shown),
        tuple(np.moveaxis(y[..., :_MOST], -1, 0).copy() for y in shown.values()),
        last[0] if last.ndim == 2 else np.empty(0),
    )


def compute(settings: Settings) -> FeatureMaps:
    """The first test image of a 3 through a small network."""
    network = small_network.trained(settings)
    image = network.x_test[int(np.argmax(network.y_test == 3))]
    return feature_maps_of(network.model, image)


def draw(data: FeatureMaps, sheet: Sheet) -> None:
    """A row of maps for each layer; left the image, below it the scores."""
    left, right = sheet.figure.subfigures(1, 2, width_ratios=[1, 3.6], wspace=0.04).flat  # type: ignore[union-attr]
    image, score = left.subplots(2, 1)
    show_shades(image, data.image, sheet)
    image.set_title(sheet.say(_IMAGE, rows=data.image.shape[0], columns=data.image.shape[1]))
    _scores(score, data.score, sheet)
    for axes, name, maps in zip(right.subplots(len(data.layer), 1, squeeze=False).flat, data.layer, data.maps, strict=True):
        show_tiles(axes, np.maximum(maps, 0), _MOST, sheet, show_shades)
        words = sheet.say(_MAPS, count=len(maps), rows=maps.shape[1], columns=maps.shape[2])
        axes.set_title(f"{drawable(name, ['DejaVu Sans'], '')}: {words}", fontsize=10)


def _scores(axes: Any, score: Array, sheet: Sheet) -> None:
    if not len(score):
        bare(axes)
        axes.set_visible(False)
        return
    axes.barh(np.arange(len(score)), score, color=sheet.color(0), height=0.7)
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set(title=sheet.say(_SCORES), yticks=np.arange(len(score)) if len(score) <= 10 else [])


_IMAGE = Text("image, {rows} × {columns}", "그림, {rows} × {columns}")
_SCORES = Text("answer by class", "클래스별 답")
_MAPS = Text("{count} of its maps, {rows} × {columns}", "특징 맵 {count}장, {rows} × {columns}")

PICTURE = Picture(
    "feature-maps",
    Text("Feature maps: what each layer makes of an image", "특징 맵: 층마다 그림에서 뽑아낸 것"),
    Text(
        "Each map shows where its filter finds what it looks for: the more a place stands out, the more of it. Pooling "
        "makes maps smaller; the second "
        "convolution looks at all maps of the first at once. At last a dense layer weighs what was found where.",
        "특징 맵은 필터가 찾는 모양이 어디에 있는지 보여 준다. 눈에 띌수록 강하다. 풀링은 맵을 줄이고, 둘째 합성곱층은 "
        "첫 층의 맵을 "
        "모두 함께 본다. 끝으로 완전 연결 층이 무엇이 어디에 있었는지 종합한다.",
    ),
    compute,
    draw,
    size=(11.0, 6.4),
)
