"""regularization: one network that overfits, and three remedies."""

from __future__ import annotations

from dataclasses import dataclass

from pellucid.figures import few_samples, samples
from pellucid.figures.few_samples import Curves
from pellucid.figures.picture import Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.figures.words import LOSS

WIDTH, DROPOUT, DECAY, PATIENCE = 256, 0.5, 3e-3, 8


@dataclass(frozen=True)
class Regularization:
    """The same network, samples and first weights each time."""

    source: samples.Source
    none: Curves
    dropout: Curves
    weight_decay: Curves
    early_stopping: Curves


def compute(settings: Settings) -> Regularization:
    """Two hidden layers of 256 on 300 samples, a fifth of them with a wrong label."""
    data = few_samples.load(settings)
    epochs = 40 if settings.quick else 200
    none, dropout, decay, stopped = (
        few_samples.train(data, settings.seed, WIDTH, epochs, **remedy)
        for remedy in ({}, {"dropout": DROPOUT}, {"decay": DECAY}, {"patience": PATIENCE})
    )
    return Regularization(data.source, none, dropout, decay, stopped)


def draw(data: Regularization, sheet: Sheet) -> None:
    """A panel for each."""
    panels = sheet.panels(1, 4, sharex=True, sharey=True)
    remedies = (
        (_NONE, data.none),
        (_DROPOUT, data.dropout),
        (_DECAY, data.weight_decay),
        (_EARLY, data.early_stopping),
    )
    for axes, (text, curves) in zip(panels, remedies, strict=True):
        few_samples.draw_curves(axes, curves, sheet)
        axes.set_title(sheet.say(text, rate=DROPOUT, decay=DECAY, patience=PATIENCE))
        low = curves.validation[curves.best]
        axes.plot(curves.best + 1, low, "*", color=sheet.theme.ink, markersize=9, zorder=3)
        sheet.note(axes, f"{low:.2f}", (curves.best + 1, low + 0.09), ha="center", va="bottom")
        if axes is not panels[-1]:
            last = curves.validation[-1]
            sheet.note(axes, f"{last:.2f}", (len(curves.validation), last + 0.09), ha="right", va="bottom", color=sheet.color(1))
    panels[0].set(ylabel=f"{sheet.say(LOSS)} ({data.source.name})", ylim=(0, 1.1 * data.none.validation.max()))
    panels[0].legend(loc="upper right")
    stopped = len(data.early_stopping.train)
    panels[-1].axvspan(stopped, len(data.none.train), color=sheet.theme.grid, alpha=0.5, linewidth=0)
    sheet.note(panels[-1], sheet.say(_STOPPED, epoch=stopped), (stopped + 4, 0.25), bbox=None)


_NONE = Text("nothing against it", "아무 대책 없이")
_DROPOUT = Text("dropout, {rate:g}", "드롭아웃 {rate:g}")
_DECAY = Text("weight decay, {decay:g}", "가중치 감소 {decay:g}")
_EARLY = Text("early stopping, patience {patience}", "조기 종료, patience {patience}")
_STOPPED = Text("stopped after\nepoch {epoch}", "{epoch} 에폭에서\n멈춤")

PICTURE = Picture(
    "regularization",
    Text("Three remedies for overfitting", "과대적합을 막는 세 가지 방법"),
    Text(
        "The same network on the same 300 pictures, a fifth of them labelled wrongly. A star marks the lowest validation "
        "loss, the number at the end is the last. Dropout and weight decay keep it from rising so far; early stopping ends "
        "soon after the star and takes its weights.",
        "같은 신경망, 같은 그림 300장 (다섯에 하나는 틀린 레이블). 별표는 검증 손실이 가장 낮은 곳, 끝의 수는 마지막 검증 "
        "손실이다. 드롭아웃과 가중치 감소는 검증 손실이 덜 오르게 하고, 조기 종료는 별표를 지나 곧 멈추고 그 자리의 가중치를 "
        "쓴다.",
    ),
    compute,
    draw,
    size=(13.0, 4.2),
)
