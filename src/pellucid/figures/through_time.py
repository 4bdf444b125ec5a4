"""through-time: how much gradient reaches the earlier steps, in the three recurrent cells, and what they learn with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.datasets.sequence_tasks import recall
from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.figures.words import LOSS, STEP
from pellucid.layers import GRU, LSTM, RNN, Dense, Input, SimpleRNN
from pellucid.lens import through_time
from pellucid.losses import SparseCategoricalCrossentropy
from pellucid.models import Sequential
from pellucid.optimizers import Adam
from pellucid.random.seeded import seeded

DELAY, UNITS, BATCH, SYMBOLS = 50, 16, 32, 4
_EVERY = 20  # steps whose losses make one point of a curve
OPEN = 4.0  # sigmoid(4) = 0.98


@dataclass(frozen=True)
class ThroughTime:
    """For each cell, first as it is most often begun, then so that it keeps: the norm of dL/dh_t before training, divided by the
    one at the last step, and the loss in training.

    Shapes: name (6,); norm (6, steps of the sequence); loss (6, points); step (points,).
    """

    name: tuple[str, ...]
    norm: Array
    loss: Array
    step: Array


def compute(settings: Settings) -> ThroughTime:
    """The task: name a symbol that was shown fifty steps ago, with noise since."""
    points = 2 if settings.quick else 14
    x, y = recall(points * _EVERY * BATCH, DELAY, SYMBOLS, seed=settings.seed)
    runs = [_run(name, x, y, settings.seed) for name in _CELLS]
    norm, loss = (np.array(values) for values in zip(*runs, strict=True))
    return ThroughTime(tuple(_CELLS), norm, loss, np.arange(1, points + 1) * _EVERY)


def _run(name: str, x: Array, y: Array, seed: int) -> tuple[Array, list[float]]:
    with seeded(seed):
        model = Sequential([Input(x.shape[1:]), _CELLS[name](), Dense(SYMBOLS)])
        model.compile(Adam(0.01, global_clipnorm=1.0), SparseCategoricalCrossentropy(from_logits=True))
        (one,) = through_time(model, x[:64], y[:64])
        steps = [slice(i, i + _EVERY * BATCH) for i in range(0, len(x), _EVERY * BATCH)]
        losses = [model.fit(x[s], y[s], batch_size=BATCH, verbose=0).history["loss"][0] for s in steps]
    return one.norm / one.norm[-1], [float(value) for value in losses]


def _open(layer: Any, first: int) -> RNN:
    """The layer with a bias of 4 for the gate that lets the state stay; the gate's columns begin there."""
    layer.build((None, None, SYMBOLS + 2))
    bias = layer.cell.bias
    bias.array.reshape(-1)[first : first + UNITS] = OPEN
    opened: RNN = layer
    return opened


_CELLS: dict[str, Callable[[], RNN]] = {
    "SimpleRNN": lambda: SimpleRNN(UNITS, recurrent_initializer="glorot_uniform"),
    "LSTM": lambda: LSTM(UNITS),
    "GRU": lambda: GRU(UNITS),
    "SimpleRNN, kept": lambda: SimpleRNN(UNITS, recurrent_initializer="orthogonal"),
    "LSTM, kept": lambda: _open(LSTM(UNITS), UNITS),
    "GRU, kept": lambda: _open(GRU(UNITS), 0),
}


def draw(data: ThroughTime, sheet: Sheet) -> None:
    """Left the gradient on its way back, right the loss; a cell has one colour, dashed as most often begun."""
    norms, losses = sheet.panels(1, 2, width_ratios=[1.25, 1])
    back = np.arange(data.norm.shape[1])[::-1]
    for i, (norm, loss) in enumerate(zip(data.norm, data.loss, strict=True)):
        look = sheet.curve(i % 3, points=len(back), markers=6) | {"linestyle": "-" if i >= 3 else (0, (3, 2))}
        label = sheet.say(_LABELS[i])
        norms.plot(back, norm, label=label, **look | {"linewidth": 1.5, "markerfacecolor": _fill(sheet, i, look)})
        look |= {"markevery": (i % 3, 4)}
        losses.plot(data.step, loss, **look | {"markerfacecolor": _fill(sheet, i, look)})
    sheet.logarithmic(norms, "y")
    norms.set(xlabel=sheet.say(_BACK), ylabel="$\\|\\partial L / \\partial h_t\\|$", title=sheet.say(_BEFORE))
    norms.legend(loc="lower left")
    guess = np.log(SYMBOLS)
    losses.axhline(guess, color=sheet.theme.muted, linewidth=1, linestyle=":", zorder=0)
    sheet.note(losses, sheet.say(_GUESS), (data.step[-1], guess + 0.08), ha="right", color=sheet.theme.muted)
    losses.set(xlabel=sheet.say(STEP), ylabel=sheet.say(LOSS), ylim=(0, 1.65), title=sheet.say(_TASK))


def _fill(sheet: Sheet, number: int, look: dict[str, Any]) -> str:
    return str(look["color"]) if number >= 3 else sheet.theme.paper


_BACK = Text("steps back from the last one", "마지막 단계에서 거슬러 올라간 단계 수")
_BEFORE = Text("what arrives, before training", "훈련 전, 각 단계에 닿는 기울기")
_TASK = Text("naming what was shown 50 steps ago", "50단계 전에 본 기호 맞히기")
_GUESS = Text("guessing: log 4", "찍기: log 4")
_LABELS = (
    Text("SimpleRNN, Glorot's weights", "SimpleRNN, 글로럿 초깃값"),
    Text("LSTM, forget gate at 0.73", "LSTM, 망각 게이트 0.73"),
    Text("GRU, update gate at 0.5", "GRU, 갱신 게이트 0.5"),
    Text("SimpleRNN, orthogonal weights", "SimpleRNN, 직교 초깃값"),
    Text("LSTM, forget gate at 0.98", "LSTM, 망각 게이트 0.98"),
    Text("GRU, update gate at 0.98", "GRU, 갱신 게이트 0.98"),
)

PICTURE = Picture(
    "through-time",
    Text("The gradient on its way back through time", "시간을 거슬러 가는 기울기"),
    Text(
        "Each step back multiplies the gradient. Where the factor is below 1, next to nothing of it is left after fifty steps, "
        "in gated cells as well, and what was shown then is learned badly or not at all. Gates that begin open, or orthogonal "
        "weights, let it through. The SimpleRNN layer begins orthogonal, as in Keras.",
        "한 단계 거슬러 갈 때마다 기울기에 어떤 수가 곱해진다. 그 수가 1보다 작으면 50단계 뒤에는 거의 남지 않고, 그때 본 "
        "것은 거의 배우지 못한다. 게이트가 있는 셀도 마찬가지다. 처음부터 열어 둔 게이트나 직교 가중치는 기울기를 흘려보낸다. "
        "SimpleRNN 층은 케라스처럼 직교 초깃값에서 시작한다.",
    ),
    compute,
    draw,
    size=(11.0, 5.0),
)
