"""image-filters: Gaussian and Sobel kernels on a photograph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid import numerics
from pellucid.figures.photograph import grey, photograph
from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.pixels import bare, shades, show_shades, show_signed, signed
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GAUSSIAN, SOBEL = 15, 3


@dataclass(frozen=True)
class ImageFilters:
    """A photograph and what filters make of it. Shapes: picture and blurred (rows, columns, 3), from 0 to 1; down, right and
    edges (rows, columns), of the picture in grey."""

    picture: Array
    blurred: Array
    down: Array
    right: Array
    edges: Array


def compute(settings: Settings) -> ImageFilters:
    """The temple among scikit-learn's sample photographs, at half its size."""
    picture = photograph("china")[:426:2, :640:2]
    dark = grey(picture)
    down, right = (numerics.correlate(dark, numerics.sobel_kernel(SOBEL, axis), "same", "reflect") for axis in (0, 1))
    return ImageFilters(picture, numerics.blurred(picture, GAUSSIAN), down, right, numerics.edges(dark, SOBEL))


def draw(data: ImageFilters, sheet: Sheet) -> None:
    """The picture, blurred, and its kernels; then both slopes and the edges."""
    panels = sheet.panels(2, 3)
    for axes, pixels, title in ((panels[0], data.picture, _PICTURE), (panels[1], data.blurred, _BLURRED)):
        axes.imshow(pixels.clip(0, 1))
        axes.set_title(sheet.say(title, size=GAUSSIAN))
        bare(axes)
    _kernels(panels[2], sheet)
    most = float(np.percentile(np.abs(data.right), 99.5))
    for axes, slope, title in ((panels[3], data.down, _DOWN), (panels[4], data.right, _RIGHT)):
        show_signed(axes, slope, sheet, most)
        axes.set_title(sheet.say(title))
    # Edges shine on the dark paper and are ink on the light one.
    show_shades(panels[5], data.edges, sheet, float(np.percentile(data.edges, 99)))
    panels[5].set_title(sheet.say(_EDGES))


def _kernels(axes: Axes, sheet: Sheet) -> None:
    """The three kernels in one panel: the Gaussian as a picture, Sobel's in numbers."""
    from matplotlib.patches import Rectangle

    bare(axes)
    axes.set_axis_off()
    axes.imshow(numerics.gaussian_kernel(GAUSSIAN), extent=(0, 6, 6, 0), cmap=shades(sheet), interpolation="nearest")
    axes.plot([0, 6, 6, 0, 0], [0, 0, 6, 6, 0], color=sheet.theme.muted, linewidth=0.6)
    for axis, left in ((0, 7.2), (1, 11.2)):
        for (row, column), weight in np.ndenumerate(numerics.sobel_kernel(SOBEL, axis)):
            place = (left + column, 1.5 + row)
            shade = signed(sheet)(0.5 + 0.2 * weight)
            axes.add_patch(Rectangle(place, 1, 1, facecolor=shade, edgecolor=sheet.theme.muted, linewidth=0.6))
            look: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 9, "color": sheet.theme.ink}
            axes.text(place[0] + 0.5, place[1] + 0.5, f"{weight:g}".replace("-", "\u2212"), **look)
    axes.set(xlim=(-0.2, 14.4), ylim=(8, -1.7), title=sheet.say(_KERNELS))


_PICTURE = Text("a photograph", "사진")
_BLURRED = Text("under a Gaussian of {size} × {size}", "{size} × {size} 가우스 필터를 거치면")
_KERNELS = Text("the Gaussian, and Sobel's two", "가우스 필터와 소벨 필터 둘")
_DOWN = Text("slope from top to bottom (Sobel)", "위에서 아래로의 기울기 (소벨)")
_RIGHT = Text("slope from left to right (Sobel)", "왼쪽에서 오른쪽으로의 기울기 (소벨)")
_EDGES = Text("edges: the length of both", "경계: 두 기울기의 크기")

PICTURE = Picture(
    "image-filters",
    Text("Filters on a photograph", "사진에 필터를 대면"),
    Text(
        "Each place becomes a weighted sum of its neighbours. The Gaussian's weights make it their mean: what is fine is "
        "gone. Sobel's "
        "take neighbours on one side from those on the other: only where the picture changes is something left (blue: it "
        "gets brighter).",
        "픽셀마다 이웃의 가중합으로 바뀐다. 가우스 필터는 이웃의 평균이라 가는 무늬가 사라지고, 소벨 필터는 한쪽 이웃에서 "
        "반대쪽 이웃을 빼므로 밝기가 바뀌는 곳만 남는다 (파랑은 밝아지는 곳).",
    ),
    compute,
    draw,
    size=(11.0, 5.6),
)
