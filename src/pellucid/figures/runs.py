"""runs: the learning curves of several runs in one figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pellucid.figures.fonts import families
from pellucid.figures.letters import drawable, families_for
from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.figures.words import ACCURACY, EPOCH, LOSS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_RATES = (0.1, 0.01, 0.001, 0.0001)  # of the example
_TALLEST = 3.0  # times the highest value of the run that fares best at its worst; a run that diverges leaves the panel


@dataclass(frozen=True)
class Curve:
    """One run's values over its epochs, (epochs,) each; NaN where there was none, and empty where there never was."""

    epoch: Array
    training: Array
    validation: Array


@dataclass(frozen=True)
class Runs:
    """What runs are called, and the curves of each.

    Args:
        name: of each run.
        loss: of each run.
        accuracy: of each run; empty where no run has any.
    """

    name: tuple[str, ...]
    loss: tuple[Curve, ...]
    accuracy: tuple[Curve, ...] = ()


def runs(histories: Mapping[str, Mapping[str, Mapping[int, float]]]) -> Runs:
    """The figure's data of each run's curves: name of the run -> "loss", "val_loss", ... -> epoch from 1 -> value.

    >>> runs({"first": {"loss": {1: 0.5, 2: 0.25}}}).loss[0].training.tolist()
    [0.5, 0.25]
    """
    loss = tuple(_curve(history, "loss") for history in histories.values())
    accuracy = tuple(_curve(history, "accuracy") for history in histories.values())
    return Runs(tuple(histories), loss, accuracy if any(len(curve.epoch) for curve in accuracy) else ())


def compute(settings: Settings) -> Runs:
    """The digits, a small network, four learning rates of Adam."""
    from pellucid import networks, optimizers
    from pellucid.data.splits import Part, split_off
    from pellucid.datasets import digits
    from pellucid.utils import set_random_seed

    x, y = digits.load_data()[0]
    train, validation = split_off(Part(x, y), 0.2, seed=settings.seed)
    histories = {}
    for rate in _RATES:
        set_random_seed(settings.seed)
        model = networks.build("mlp:32", (8, 8), 10, "classification", preprocessing=networks.preprocessing(train.x))
        model.compile(optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
        epochs = 4 if settings.quick else 25
        fitted = model.fit(train.x, train.y, epochs=epochs, verbose=0, validation_data=(validation.x, validation.y))
        histories[f"Adam, {rate:g}"] = {name: dict(enumerate(values, 1)) for name, values in fitted.history.items()}
    return runs(histories)


def draw(data: Runs, sheet: Sheet) -> None:
    """Left the loss, right the accuracy where there is one: of the validation set in full, of the training set faintly."""
    panels = sheet.panels(1, 2 if data.accuracy else 1)
    for axes, curves, text in zip(panels, (data.loss, data.accuracy), (LOSS, ACCURACY), strict=False):
        _draw(axes, curves, sheet)
        axes.set(xlabel=sheet.say(EPOCH), title=sheet.say(text))
    _limit(panels[0], data.loss)
    if data.accuracy:
        from matplotlib.ticker import PercentFormatter

        panels[1].yaxis.set_major_formatter(PercentFormatter(1.0))
    fonts = families_for(data.name)
    labels = [drawable(name, fonts, otherwise=f"{i}") for i, name in enumerate(data.name, 1)]
    handles = [panels[0].plot([], [], label=label, **sheet.curve(i, points=1))[0] for i, label in enumerate(labels)]
    family = [*families(sheet.language), *fonts]
    sheet.figure.legend(handles=handles, loc="outside right upper", prop={"family": family, "size": 9})


def save(data: Runs, path: str | Path, *, language: str = "en", theme: str = "light") -> None:
    """Into a file, .png or .svg.

    Raises:
        ArgumentError: another ending, or no such language or theme.
    """
    PICTURE.save(data, path, language=language, theme=theme)


def _curve(history: Mapping[str, Mapping[int, float]], name: str) -> Curve:
    training, validation = history.get(name, {}), history.get(f"val_{name}", {})
    epochs = sorted({*training, *validation})

    def column(values: Mapping[int, float]) -> Array:
        return np.array([values.get(epoch, np.nan) for epoch in epochs] if values else [], np.float64)

    return Curve(np.array(epochs, np.int64), column(training), column(validation))


def _draw(axes: Axes, curves: Sequence[Curve], sheet: Sheet) -> None:
    from matplotlib.ticker import MaxNLocator

    for i, curve in enumerate(curves):
        look = sheet.curve(i, points=len(curve.epoch))
        watched = curve.validation if len(curve.validation) else curve.training
        if len(curve.validation) and len(curve.training):
            axes.plot(curve.epoch, curve.training, color=look["color"], linestyle=look["linestyle"], linewidth=1.0, alpha=0.45)
        seen = np.isfinite(watched)  # a validation now and then is still a line
        if seen.any():
            axes.plot(curve.epoch[seen], watched[seen], **look)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def _limit(axes: Axes, curves: Sequence[Curve]) -> None:
    """Keep the panel for those that learn, where one of them goes to heaven."""
    tops, bottoms = [], []
    for curve in curves:
        values = np.concatenate([curve.training, curve.validation])
        if np.isfinite(values).any():
            tops.append(float(np.nanmax(values[np.isfinite(values)])))
            bottoms.append(float(np.nanmin(values[np.isfinite(values)])))
    if tops and min(bottoms) >= 0:
        axes.set_ylim(0, 1.05 * min(max(tops), _TALLEST * min(tops)))


PICTURE = Picture(
    "runs",
    Text("Runs beside each other", "여러 훈련의 비교"),
    Text(
        "Each run has one colour and marker: in full the validation set, by which one chooses; faintly the training set. A gap "
        "that grows between the two is overfitting.",
        "훈련마다 색과 표시가 하나다. 진한 선은 고를 때 보는 검증 데이터, 옅은 선은 훈련 데이터다. 둘의 간격이 벌어지면 "
        "과대적합이다.",
    ),
    compute,
    draw,
    size=(9.6, 4.6),
)
