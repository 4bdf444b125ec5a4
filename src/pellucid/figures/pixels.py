"""Pixels: how figures show small images, maps and kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pellucid.figures.picture import Array
from pellucid.figures.sheet import Sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap


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
    axes.imshow(
        values, cmap=shades(sheet), vmin=0, vmax=(float(values.max()) if most is None else most) or 1.0, interpolation="nearest"
    )
    bare(axes)
