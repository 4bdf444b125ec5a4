"""unrolled: a recurrent network written out over its steps, with its numbers, forward and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.layers import Dense, Input, SimpleRNN
from pellucid.lens import through_time
from pellucid.models import Sequential

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_X = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.5]], np.float32)
_KERNEL = np.array([[0.5, -0.3, 0.8], [-0.4, 0.9, 0.1]], np.float32)
_RECURRENT = np.array([[0.6, 0.2, -0.1], [-0.3, 0.5, 0.4], [0.1, -0.2, 0.7]], np.float32)
_OUT = np.array([[0.7], [-0.6], [0.5]], np.float32)
TARGET = 1.0


@dataclass(frozen=True)
class Unrolled:
    """A network of two inputs, three recurrent units and one output on a sequence of four steps.

    Shapes: x (4, 2); kernel (2, 3); recurrent_kernel (3, 3); state and gradient, dL/dh_t, (4, 3); contribution (4, 3, 3), to the
    gradient of the recurrent kernel; output and loss are numbers.
    """

    x: Array
    kernel: Array
    recurrent_kernel: Array
    state: Array
    gradient: Array
    contribution: Array
    output: float
    loss: float


def compute(settings: Settings) -> Unrolled:
    """Half the squared error of one sequence, with weights of one decimal."""
    model = Sequential([Input((4, 2)), SimpleRNN(3, use_bias=False), Dense(1, use_bias=False)])
    model.set_weights([_KERNEL, _RECURRENT, _OUT])
    x = _X[None]
    seen = through_time(model, x, TARGET, loss=lambda target, y: ((y - target) ** 2).sum() * 0.5)
    (one,) = seen
    contribution = np.array([one.contribution(t)["recurrent_kernel"] for t in range(4)])
    output = float(model.predict(x).item())
    return Unrolled(_X, _KERNEL, _RECURRENT, one.state[0], one.gradient[0], contribution, output, seen.loss)


def draw(data: Unrolled, sheet: Sheet) -> None:
    """Above, the steps from left to right; below, what each adds to the gradient of the weights that they share."""
    network, sums = sheet.panels(2, 1, height_ratios=[1.75, 1])
    for panel in (network, sums):
        panel.set_axis_off()
    _draw_network(network, data, sheet)
    _draw_sums(sums, data, sheet)


def _draw_network(axes: Axes, data: Unrolled, sheet: Sheet) -> None:
    forward, back = sheet.color(0), sheet.color(1)
    axes.set(xlim=(-0.75, 4.75), ylim=(-1.6, 1.65))
    for t, (x, h, d) in enumerate(zip(data.x, data.state, data.gradient, strict=True)):
        _box(axes, sheet, (t, -1.15), f"$x_{t + 1}$", x, sheet.theme.ink)
        _box(axes, sheet, (t, 0.0), f"$h_{t + 1}$", h, forward)
        _arrow(axes, (t, -0.9), (t, -0.28), forward)
        axes.text(t - 0.05, -0.65, "$U$", ha="right", va="center", color=forward)
        previous = t - 1
        _arrow(axes, (previous + 0.36 if t else -0.66, 0.1), (t - 0.36, 0.1), forward)
        axes.text(t - 0.5, 0.14, "$W$", ha="center", va="bottom", color=forward)
        if t:
            _arrow(axes, (t - 0.36, -0.12), (previous + 0.36, -0.12), back)
        label = f"$\\partial L/\\partial h_{t + 1}$  {_numbers(d)}"
        axes.text(t, 0.62, label, ha="center", va="center", color=back, fontsize=8.5)
    axes.text(-0.69, 0.1, "0", ha="right", va="center", color=forward)
    _arrow(axes, (3.36, 0.1), (4.12, 0.1), forward)
    _arrow(axes, (4.12, -0.12), (3.36, -0.12), back)
    text = f"$y = {data.output:.3f}$\n$L = {data.loss:.3f}$".replace("-", "\N{MINUS SIGN}")
    axes.text(4.36, 0.0, text, ha="center", va="center", linespacing=1.6, bbox=_frame(sheet, sheet.theme.ink))
    axes.text(-0.72, 1.42, sheet.say(_FORWARD), color=forward, va="center")
    axes.text(-0.72, 1.08, sheet.say(_BACK), color=back, va="center")


def _draw_sums(axes: Axes, data: Unrolled, sheet: Sheet) -> None:
    axes.set(xlim=(-0.75, 4.75), ylim=(-0.2, 1.35))
    back = sheet.color(1)
    total = data.contribution.sum(axis=0)
    for t, part in enumerate([*data.contribution, total]):
        place = t if t < 4 else 4.36
        name = f"$h_{{{t}}}^T \\, \\partial L/\\partial z_{{{t + 1}}}$" if t < 4 else "$\\partial L / \\partial W$"
        axes.text(place, 1.22, name, ha="center", va="center", color=back)
        axes.text(place, 0.5, _matrix(part), ha="center", va="center", fontsize=8.5, linespacing=1.7, bbox=_frame(sheet, back))
        if t:
            sign = "+" if t < 4 else "="
            axes.text(t - 0.5 if t < 4 else 3.68, 0.5, sign, ha="center", va="center", fontsize=14, color=back)


def _box(axes: Axes, sheet: Sheet, at: tuple[float, float], name: str, values: Array, color: str) -> None:
    text = f"{name}\n{_numbers(values)}"
    axes.text(*at, text, ha="center", va="center", fontsize=8.5, linespacing=1.5, bbox=_frame(sheet, color))


def _frame(sheet: Sheet, color: str) -> dict[str, object]:
    return {"boxstyle": "round,pad=0.4", "facecolor": sheet.theme.paper, "edgecolor": color, "linewidth": 1.2}


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], color: str) -> None:
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": color, "linewidth": 1.4, "shrinkA": 0, "shrinkB": 0})


def _numbers(values: Array) -> str:
    return "  ".join(_number(v) for v in values)


def _matrix(values: Array) -> str:
    return "\n".join("  ".join(_number(v) for v in row) for row in values)


def _number(value: float) -> str:
    """With a minus that every font has."""
    text = f"{value:+.3f}" if round(value, 3) else " 0.000"
    return f"${text.strip().replace('+', '')}$" if value >= 0 or not round(value, 3) else f"${text}$"


_FORWARD = Text(
    "forward: $h_t = \\tanh(x_t U + h_{t-1} W)$, with the same $U$ and $W$ at each step",
    "앞으로: $h_t = \\tanh(x_t U + h_{t-1} W)$, 단계마다 같은 $U$와 $W$",
)
_BACK = Text(
    "back: how much the loss changes with each state, by way of all later steps",
    "뒤로: 각 상태에 따라 손실이 얼마나 변하는가 (뒤의 모든 단계를 거쳐)",
)

PICTURE = Picture(
    "unrolled",
    Text("A recurrent network, unrolled over time", "시간에 따라 펼친 순환 신경망"),
    Text(
        "One cell, written once for each step. Forward, the state carries what was seen; back, the gradient goes the same way. "
        "Each step adds its share to the gradient of the weights, because all steps share them; the first adds nothing to that "
        "of W, as the state before it is 0.",
        "셀 하나를 단계마다 한 번씩 적었다. 앞으로 갈 때는 상태가 지금까지 본 것을 나르고, 기울기는 같은 길을 거꾸로 간다. "
        "모든 단계가 가중치를 함께 쓰므로 단계마다 가중치의 기울기에 제 몫을 더한다. 첫 단계는 그 앞의 상태가 0이라 W에는 "
        "더하는 것이 없다.",
    ),
    compute,
    draw,
    size=(11.5, 6.2),
)
