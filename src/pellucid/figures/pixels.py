"""Pixels: how figures show small images, maps and kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from pellucid.figures.picture import Array
from pellucid.figures.sheet import Sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

Show = Callable[["Axes", Array, Sheet, float | None], None]


def shades(sheet: Sheet) -> Colormap:
    """From the paper, low, to the ink, high: as handwriting looks."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("shades", [sheet.theme.paper, sheet.theme.ink])


def signed(sheet: Sheet) -> Colormap:
    """From the second curve's colour, negative, over the paper, 0, to the first one's, positive."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("signed", [sheet.color(1), sheet.theme.paper, sheet.color(0)])


def bare(axes: Axes) -> None:
    """No ticks and no grid, and a thin frame."""
    axes.grid(False)
    axes.set(xticks=[], yticks=[])
    for side in axes.spines.values():
        side.set(visible=True, linewidth=0.6)


def show_signed(axes: Axes, values: Array, sheet: Sheet, most: float | None = None) -> None:
    """Numbers of both signs, 0 as the paper; ``most`` is the number of full colour."""
    limit = (float(np.abs(values).max()) if most is None else most) or 1.0
    axes.imshow(values, cmap=signed(sheet), vmin=-limit, vmax=limit, interpolation="nearest")
    bare(axes)


def show_shades(axes: Axes, values: Array, sheet: Sheet, most: float | None = None) -> None:
    """Numbers from 0, as the paper, to ``most``, as the ink; their greatest where absent."""
    limit = (float(values.max()) if most is None else most) or 1.0
    axes.imshow(values, cmap=shades(sheet), vmin=0, vmax=limit, interpolation="nearest")
    bare(axes)


def show_tiles(axes: Axes, tiles: Array, columns: int, sheet: Sheet, show: Show) -> None:
    """Many small images (tiles, rows, columns) in one panel, framed, from left to right, then down: a panel for each would take
    long to lay out."""
    from matplotlib.patches import Rectangle

    count, height, width = tiles.shape
    gap = 0.15 * width
    limit = float(np.abs(tiles).max())
    for number, tile in enumerate(tiles):
        row, column = divmod(number, columns)
        left, top = column * (width + gap), row * (height + gap)
        show(axes, tile, sheet, limit)
        axes.images[-1].set_extent((left, left + width, top + height, top))
        axes.add_patch(
            Rectangle((left, top), width, height, facecolor="none", edgecolor=sheet.theme.muted, linewidth=0.6, clip_on=False)
        )
    rows = -(-count // columns)
    axes.set(
        xlim=(-0.02 * width, columns * (width + gap) - 0.98 * gap), ylim=(rows * (height + gap) - 0.98 * gap, -0.02 * height)
    )
    for side in axes.spines.values():
        side.set_visible(False)
