"""step-and-sigmoid: the two functions and their derivatives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import ops
from pellucid.autodiff import tensor
from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text


@dataclass(frozen=True)
class StepAndSigmoid:
    """Both functions of x, and their derivatives by backpropagation. All (points,)."""

    x: Array
    step: Array
    step_slope: Array
    sigmoid: Array
    sigmoid_slope: Array


def compute(settings: Settings) -> StepAndSigmoid:
    """Values from the operations, slopes from their derivatives."""
    x = np.linspace(-6, 6, 601)
    return StepAndSigmoid(x, *_with_slope(ops.step, x), *_with_slope(ops.sigmoid, x))


def _with_slope(function: Any, x: Array) -> tuple[Array, Array]:
    points = tensor(x, requires_grad=True)
    y = function(points)
    y.sum().backward()
    return y.numpy(), np.asarray(points.grad)


def draw(data: StepAndSigmoid, sheet: Sheet) -> None:
    """Left the functions, right their derivatives."""
    values, slopes = sheet.panels(1, 2)
    low, high = data.x <= 0, data.x > 0
    for axes, step, sigmoid, texts in (
        (values, data.step, data.sigmoid, (_STEP, _SIGMOID)),
        (slopes, data.step_slope, data.sigmoid_slope, (_NO_SLOPE, _SLOPE)),
    ):
        axes.plot(data.x, sigmoid, label=sheet.say(texts[1]), **sheet.curve(0))
        for part, name in ((low, sheet.say(texts[0])), (high, None)):
            axes.plot(data.x[part], step[part], label=name, **sheet.curve(1))
        axes.set_xlabel("$x$")
    look: dict[str, Any] = {"marker": "o", "markersize": 6, "linestyle": "", "markeredgecolor": sheet.color(1), "zorder": 3}
    values.plot(0, data.step[low][-1], **look | {"color": sheet.color(1)})
    values.plot(0, data.step[high][0], **look | {"color": sheet.theme.paper})
    slopes.plot(0, 0, **look | {"color": sheet.theme.paper})
    values.set(title=sheet.say(_VALUES), ylabel="$y$", ylim=(-0.1, 1.4))
    slopes.set(title=sheet.say(_SLOPES), ylabel="$dy/dx$", ylim=(-0.02, 0.33))
    for axes in (values, slopes):
        axes.legend(loc="upper left")


_SIGMOID = Text("sigmoid, $1 / (1 + e^{-x})$", "시그모이드, $1 / (1 + e^{-x})$")
_STEP = Text("step", "계단 함수")
_VALUES = Text("the functions", "함수")
_SLOPES = Text("their derivatives", "함수의 미분")
_SLOPE = Text("of the sigmoid: at most 1/4", "시그모이드: 가장 커도 1/4")
_NO_SLOPE = Text("of the step: 0, and none at 0", "계단 함수: 0, x = 0에서는 없음")

PICTURE = Picture(
    "step-and-sigmoid",
    Text("Step and sigmoid", "계단 함수와 시그모이드"),
    Text(
        "A small change of x changes the sigmoid's output everywhere, the step's nowhere but at 0: through a step, no gradient "
        "comes back and nothing is learned.",
        "x를 조금 바꾸면 시그모이드의 출력은 어디서나 바뀌지만 계단 함수의 출력은 0에서만 바뀐다. 계단 함수로는 기울기가 "
        "되돌아오지 않아 "
        "아무것도 배우지 못한다.",
    ),
    compute,
    draw,
    size=(9.0, 4.0),
)
