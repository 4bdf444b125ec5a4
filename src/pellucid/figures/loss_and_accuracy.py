"""loss-and-accuracy: what a learner sees of each when it moves one parameter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.figures.words import ACCURACY

# Ten samples of one feature. No threshold separates the classes: -0.9 and 0.6 stand on the wrong side.
_X = np.array([-3.1, -2.2, -1.4, -0.4, 0.6, -0.9, 0.3, 1.5, 2.4, 3.3])
_LABEL = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 1])


@dataclass(frozen=True)
class LossAndAccuracy:
    """Mean cross-entropy and accuracy of p = sigmoid(x + b) on ten samples, over the bias b; and b of the least loss."""

    x: Array
    label: Array
    bias: Array
    loss: Array
    accuracy: Array
    best: float


def compute(settings: Settings) -> LossAndAccuracy:
    r"""loss(b) = -1/m \sum log p(label), accuracy(b) = share of samples with p(label) > 1/2."""
    bias = np.linspace(-5, 5, 2001)
    towards_label = np.where(_LABEL, 1, -1) * (_X + bias[:, None])
    loss = np.logaddexp(0, -towards_label).mean(axis=1)
    accuracy = (towards_label > 0).mean(axis=1)
    return LossAndAccuracy(_X, _LABEL, bias, loss, accuracy, float(bias[loss.argmin()]))


def draw(data: LossAndAccuracy, sheet: Sheet) -> None:
    """Left the loss, right the accuracy, over the same bias."""
    loss, accuracy = sheet.panels(1, 2)
    loss.plot(data.bias, data.loss, **sheet.curve(0))
    # A staircase has no risers: gaps where it jumps.
    stairs = data.accuracy.copy()
    stairs[1:][np.diff(data.accuracy) != 0] = np.nan
    accuracy.plot(data.bias, stairs, color=sheet.color(1), linewidth=2.4, solid_capstyle="butt")
    for axes, text in ((loss, _CROSS_ENTROPY), (accuracy, ACCURACY)):
        axes.axvline(data.best, color=sheet.theme.muted, linewidth=1, linestyle=":", zorder=0)
        axes.set(xlabel=sheet.say(_BIAS), title=sheet.say(text))
    from matplotlib.ticker import PercentFormatter

    loss.set_ylim(0, None)
    accuracy.set_ylim(0.4, 1.0)
    accuracy.yaxis.set_major_formatter(PercentFormatter(1.0))
    sheet.note(loss, sheet.say(_LEAST), (data.best, 0.1 * data.loss.max()), ha="center")
    sheet.note(loss, sheet.say(_SLOPE), (data.best, 0.97 * data.loss.max()), ha="center")
    sheet.note(accuracy, sheet.say(_NO_SLOPE), (data.best, 0.95), ha="center")


_CROSS_ENTROPY = Text("loss (cross-entropy)", "손실 (교차 엔트로피)")
_BIAS = Text("bias $b$ of $p = $ sigmoid$(x + b)$", "편향 $b$,  $p = $ sigmoid$(x + b)$")
_LEAST = Text("least loss", "손실이 가장 작은 곳")
_SLOPE = Text("a slope everywhere:\nit says which way is down", "어디서나 기울기가 있어\n내려갈 방향을 알려 준다")
_NO_SLOPE = Text("slope 0, but for jumps:\nit says nothing", "튀는 곳 말고는 기울기가 0:\n아무것도 알려 주지 않는다")

PICTURE = Picture(
    "loss-and-accuracy",
    Text("Why the loss is minimised and not the accuracy", "정확도가 아니라 손실을 줄이는 까닭"),
    Text(
        "Ten samples, one parameter. A small change of the parameter changes the loss a little and most often leaves the "
        "accuracy as it is, until one sample more is right at a stroke.",
        "데이터 열 개, 매개변수 하나. 매개변수를 조금 바꾸면 손실은 조금 바뀌지만 정확도는 대개 그대로이다가 데이터 하나의 "
        "답이 바뀔 때 갑자기 튄다.",
    ),
    compute,
    draw,
    size=(9.0, 4.0),
)
