"""gradient-field: the negative gradient of a bowl as arrows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pellucid import numerics
from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.figures.words import MINIMUM


@dataclass(frozen=True)
class GradientField:
    """f(x0, x1) = x0^2 + x1^2 with its negative gradient. Shapes: x (points, 2); downhill (points, 2), each -df/dx at its point;
    grid (side,) and value (side, side), the surface over the grid."""

    x: Array
    downhill: Array
    grid: Array
    value: Array


def function(x: Array) -> float:
    """The sum of squares."""
    return float((x**2).sum())


def compute(settings: Settings) -> GradientField:
    """Numerical gradients, as the lecture has them, every quarter from -2 to 2."""
    places = np.linspace(-2, 2, 17)
    x = np.array([(x0, x1) for x0 in places for x1 in places])
    downhill = np.array([-numerics.numerical_gradient(function, point) for point in x])
    grid = np.linspace(-2.25, 2.25, 91)
    return GradientField(x, downhill, grid, grid[None, :] ** 2 + grid[:, None] ** 2)


def draw(data: GradientField, sheet: Sheet) -> None:
    """Arrows on contours."""
    (axes,) = sheet.panels()
    shades = axes.contourf(data.grid, data.grid, data.value, levels=np.arange(0, 10.5, 0.5), cmap=sheet.surface())
    axes.contour(
        data.grid, data.grid, data.value, levels=np.arange(1, 10, 1), colors=sheet.theme.muted, linewidths=0.5, alpha=0.6
    )
    axes.quiver(*data.x.T, *data.downhill.T, angles="xy", scale_units="xy", scale=20, width=0.0035, color=sheet.color(1))
    axes.plot(0, 0, "*", color=sheet.theme.ink, markersize=12, zorder=3)
    sheet.note(axes, sheet.say(MINIMUM), (0.08, -0.16))
    axes.grid(False)
    axes.set(xlabel="$x_0$", ylabel="$x_1$", aspect="equal", xlim=(-2.25, 2.25), ylim=(-2.25, 2.25))
    axes.set(xticks=range(-2, 3), yticks=range(-2, 3))
    bar = sheet.figure.colorbar(shades, ax=axes, shrink=0.85, ticks=np.arange(0, 11, 2))
    bar.set_label("$f(x_0, x_1) = x_0^2 + x_1^2$")


PICTURE = Picture(
    "gradient-field",
    Text("The gradient as a field of arrows", "화살표로 본 기울기"),
    Text(
        "Each arrow is the negative gradient at its tail, a twentieth of its length: it points where f falls fastest, here "
        "to the "
        "minimum, and is longer the further it is from there.",
        "화살표는 그 자리의 기울기에 음의 부호를 붙인 것이다 (길이는 20분의 1). f가 가장 빨리 줄어드는 쪽, 여기서는 최솟값을 "
        "가리키고 멀리 있을수록 길다.",
    ),
    compute,
    draw,
    size=(7.0, 5.9),
)
