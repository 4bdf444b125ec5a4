"""overfitting: networks too small, too large, and all between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pellucid.figures import few_samples, samples
from pellucid.figures.few_samples import Curves
from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.figures.words import LOSS, TRAINING, VALIDATION

_WIDTHS = (4, 8, 16, 32, 64, 128, 256, 512)


@dataclass(frozen=True)
class Overfitting:
    """Losses by epoch for the narrowest and the widest network; and for each width those after the last epoch, (widths,)."""

    source: samples.Source
    width: Array
    small: Curves
    large: Curves
    train: Array
    validation: Array


def compute(settings: Settings) -> Overfitting:
    """The same 300 samples and epochs for all, and two hidden layers each."""
    data = few_samples.load(settings)
    epochs, widths = (30, _WIDTHS[::3]) if settings.quick else (120, _WIDTHS)
    curves = [few_samples.train(data, settings.seed, width, epochs) for width in widths]
    ends = np.array([(curve.train[-1], curve.validation[-1]) for curve in curves])
    return Overfitting(data.source, np.array(widths), curves[0], curves[-1], ends[:, 0], ends[:, 1])


def draw(data: Overfitting, sheet: Sheet) -> None:
    """Left the narrowest network, in the middle the widest, right all widths."""
    small, large, widths = sheet.panels(1, 3)
    for axes, curves, text, width in (
        (small, data.small, _SMALL, data.width[0]),
        (large, data.large, _LARGE, data.width[-1]),
    ):
        few_samples.draw_curves(axes, curves, sheet)
        axes.set_title(sheet.say(text, width=width))
    small.set_ylabel(f"{sheet.say(LOSS)} ({data.source.name})")
    for i, (text, values) in enumerate(((TRAINING, data.train), (VALIDATION, data.validation))):
        widths.plot(data.width, values, label=sheet.say(text), **sheet.curve(i, points=1))
    widths.fill_between(data.width, data.train, data.validation, color=sheet.theme.wash, alpha=0.5, linewidth=0)
    widths.set_xscale("log", base=2)
    widths.set(xticks=data.width, xlabel=sheet.say(_WIDTH), title=sheet.say(_BY_WIDTH))
    widths.set_xticklabels([f"{width}" for width in data.width], fontsize=8)
    top = 1.08 * max(data.small.validation.max(), data.large.validation.max(), data.validation.max())
    for axes in (small, large, widths):
        axes.set_ylim(0, top)
    small.legend(loc="lower left")


_SMALL = Text("too small: {width} units a layer", "너무 작다: 층마다 {width}개")
_LARGE = Text("too large: {width} units a layer", "너무 크다: 층마다 {width}개")
_BY_WIDTH = Text("after the last epoch", "마지막 에폭 뒤")
_WIDTH = Text("units a layer", "층마다 유닛 수")

PICTURE = Picture(
    "overfitting",
    Text("Underfitting and overfitting", "과소적합과 과대적합"),
    Text(
        "Three hundred pictures, a fifth of them labelled wrongly (those for validation are labelled right). The small "
        "network cannot even fit what it sees. The large one learns all of it by heart, wrong labels too: its validation "
        "loss rises again while its training loss goes to 0.",
        "그림 300장, 다섯에 하나는 레이블이 틀렸다 (검증용 레이블은 다 맞다). 작은 신경망은 본 것조차 맞추지 못한다. 큰 신경망은 "
        "틀린 레이블까지 다 외워서 훈련 손실은 0으로 가지만 검증 손실은 다시 오른다.",
    ),
    compute,
    draw,
    size=(12.0, 4.4),
)
