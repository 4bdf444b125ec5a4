"""ravine: the ways of optimizers down a long valley with steep sides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.figures.words import STEP
from pellucid.scratch import SGD, AdaGrad, Adam, Momentum, RMSprop

_START = (-7.0, 2.0)
_STEPS = 30


@dataclass(frozen=True)
class Ravine:
    """Shapes: name, rate (optimizers,); path (optimizers, steps + 1, 2); value (optimizers, steps + 1); x0 and x1 the axes of
    the surface (rows, columns)."""

    name: tuple[str, ...]
    rate: tuple[float, ...]
    path: Array
    value: Array
    x0: Array
    x1: Array
    surface: Array


def function(x0: Array, x1: Array) -> Array:
    """x0^2 / 20 + x1^2: twenty times as steep across as along."""
    return np.asarray(x0**2 / 20 + x1**2)


def compute(settings: Settings) -> Ravine:
    """Thirty steps from (-7, 2), each optimizer at a rate that suits it here."""
    optimizers = {
        "SGD": SGD(0.95),
        "Momentum": Momentum(0.1),
        "AdaGrad": AdaGrad(1.5),
        "RMSprop": RMSprop(0.12),
        "Adam": Adam(0.3),
    }
    paths = []
    for optimizer in optimizers.values():
        params = {"x": np.array(_START)}
        path = [params["x"].copy()]
        for _ in range(_STEPS):
            x = params["x"]
            optimizer.update(params, {"x": np.array([x[0] / 10, 2 * x[1]])})
            path.append(params["x"].copy())
        paths.append(path)
    steps = np.array(paths)
    x0, x1 = np.linspace(-8, 4, 121), np.linspace(-3, 3, 91)
    rates = tuple(optimizer.lr for optimizer in optimizers.values())
    surface = function(x0[None, :], x1[:, None])
    return Ravine(tuple(optimizers), rates, steps, function(steps[..., 0], steps[..., 1]), x0, x1, surface)


def draw(data: Ravine, sheet: Sheet) -> None:
    """A map for each optimizer, and the values of all by step."""
    *maps, values = sheet.panels(2, 3)
    for i, (axes, name, path) in enumerate(zip(maps, data.name, data.path, strict=True)):
        axes.contourf(data.x0, data.x1, data.surface, levels=np.arange(0, 13, 0.75), cmap=sheet.surface())
        levels = np.array([0.1, 0.5, 1, 2, 3, 4, 6, 8, 10])
        axes.contour(data.x0, data.x1, data.surface, levels=levels, colors=sheet.theme.muted, linewidths=0.4)
        axes.plot(*path.T, **sheet.curve(i, points=1) | {"linestyle": "-", "linewidth": 1.2, "markersize": 3.5})
        axes.plot(0, 0, "*", color=sheet.theme.ink, markersize=9, zorder=3)
        axes.grid(False)
        axes.set(title=f"{name}, {data.rate[i]:g}", xlabel="$x_0$", ylabel="$x_1$", xlim=(-8, 4), ylim=(-3, 3))
        values.plot(data.value[i], label=name, **sheet.curve(i, points=_STEPS + 1, markers=5))
    sheet.logarithmic(values, "y")
    values.set(xlabel=sheet.say(STEP), ylabel="$f$", title=sheet.say(_VALUES))
    values.legend(loc="lower left", fontsize=8, handlelength=2.4)


_VALUES = Text("the value at each step", "갱신할 때마다의 함숫값")

PICTURE = Picture(
    "ravine",
    Text("Optimizers in a ravine", "골짜기를 내려가는 최적화 기법들"),
    Text(
        "Thirty steps from (−7, 2) down $x_0^2/20+x_1^2$; beside each name its learning rate. Plain descent jumps from wall "
        "to wall; "
        "momentum smooths the way, but runs past the minimum; AdaGrad and RMSprop scale each axis by itself; Adam does both.",
        "(-7, 2)에서 $x_0^2/20+x_1^2$를 서른 번 내려간 길. 이름 옆은 학습률이다. 단순한 경사 하강은 벽에서 벽으로 뛰고, "
        "모멘텀은 길이 매끄럽지만 "
        "최솟값을 지나친다. AdaGrad와 RMSprop은 축마다 걸음의 크기를 맞추고, Adam은 둘을 다 한다.",
    ),
    compute,
    draw,
    size=(11.0, 6.4),
)
