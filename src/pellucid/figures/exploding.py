"""exploding: a gradient that explodes, and what clipping does about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import ops
from pellucid.autodiff import Tensor, tensor
from pellucid.datasets.sequence_tasks import recall
from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.figures.words import LOSS, START, STEP
from pellucid.initializers import Orthogonal
from pellucid.layers import Dense, Input, SimpleRNN
from pellucid.losses import SparseCategoricalCrossentropy
from pellucid.models import Sequential
from pellucid.optimizers import SGD
from pellucid.random.seeded import seeded

BOUND = 1.0  # of the network's gradient
_CLIFF_BOUND, _CLIFF_RATE, _CLIFF_TIME, _CLIFF_START = 0.1, 2.0, 50, (5.2, -2.4)


@dataclass(frozen=True)
class Exploding:
    """The loss of one recurrent unit over its two weights, and two descents on it, without clipping and with; and the norm of a
    network's gradient and its loss at each step, likewise.

    Shapes: w, b (n,); surface (n, n), row for row of b; paths two times (steps, 2); norm, loss (2, steps).
    """

    w: Array
    b: Array
    surface: Array
    plain: Array
    clipped: Array
    norm: Array
    loss: Array


def compute(settings: Settings) -> Exploding:
    """Descents on the surface of Pascanu et al. (2013), figure 6, and of a network that has to recall over twenty steps."""
    n = 60 if settings.quick else 160
    w, b = np.linspace(4.2, 5.6, n), np.linspace(-3.0, -1.8, n)
    surface = _unit_loss(w[None, :], b[:, None]).numpy()
    plain, clipped = (_descent(bound) for bound in (None, _CLIFF_BOUND))
    runs = [_train(bound, 6 if settings.quick else 80, settings.seed) for bound in (None, BOUND)]
    norm, loss = (np.array(values) for values in zip(*runs, strict=True))
    return Exploding(w, b, surface, plain, clipped, norm, loss)


def _unit_loss(w: Any, b: Any) -> Tensor:
    """(sigmoid(h_50) - 0.7)^2 with h_t = w sigmoid(h_{t-1}) + b and h_0 = 0.5."""
    h = 0.5 + 0 * (w + b)
    for _ in range(_CLIFF_TIME):
        h = w * ops.sigmoid(h) + b
    loss: Tensor = (ops.sigmoid(h) - 0.7) ** 2
    return loss


def _descent(bound: float | None) -> Array:
    place = np.array(_CLIFF_START)
    path = [place]
    for _ in range(11):
        w, b = (tensor(value, dtype="float64", requires_grad=True) for value in place)
        _unit_loss(w, b).backward()
        place = place - _CLIFF_RATE * _clipped([np.array([w.grad, b.grad])], bound)[0]
        path.append(place)
    return np.array(path)


def _clipped(gradients: list[Array], bound: float | None) -> list[Array]:
    norm = _norm(gradients)
    return gradients if bound is None or norm <= bound else [g * (bound / norm) for g in gradients]


def _norm(gradients: list[Array]) -> float:
    return float(np.sqrt(sum(float((g**2).sum()) for g in gradients)))


def _train(bound: float | None, steps: int, seed: int) -> tuple[list[float], list[float]]:
    batch = 32
    x, y = recall(steps * batch, 20, seed=seed + 1)
    criterion = SparseCategoricalCrossentropy(from_logits=True)
    norms, losses = [], []
    with seeded(seed):
        model = Sequential([Input(x.shape[1:]), SimpleRNN(32, recurrent_initializer=Orthogonal(1.5)), Dense(4)])
        optimizer = SGD(0.5, global_clipnorm=bound)
        for i in range(0, len(x), batch):
            for weight in model.weights:
                weight.grad = None
            loss = criterion(y[i : i + batch], model(x[i : i + batch]))
            loss.backward()
            gradients = [np.asarray(weight.grad) for weight in model.trainable_weights]
            norms.append(_norm(gradients))
            losses.append(float(loss.item()))
            optimizer.apply(gradients, model.trainable_weights)
    return norms, losses


def draw(data: Exploding, sheet: Sheet) -> None:
    """The cliff, the norms, the losses."""
    cliff, norms, losses = sheet.panels(1, 3, width_ratios=[1.1, 1, 1])
    cliff.contourf(data.w, data.b, data.surface, levels=14, cmap=sheet.surface())
    for i, path in enumerate((data.plain, data.clipped)):
        look = sheet.curve(i) | {"linewidth": 1.2, "marker": "os"[i], "markersize": 4}
        inside = np.argmax(~_within(path, data)) or len(path)
        cliff.plot(*path[: inside + 1].T, label=sheet.say((_PLAIN, _CLIPPED)[i]), **look)
    out = data.plain[-1]
    sheet.note(cliff, sheet.say(_OUT, w=f"{out[0]:.0f}", b=f"{out[1]:.0f}"), (4.66, -1.85), color=sheet.color(0))
    for text, place in ((_HIGH, (4.3, -2.8)), (_LOW, (5.15, -2.15))):
        sheet.note(cliff, sheet.say(text), place, color=sheet.theme.muted)
    cliff.plot(*data.plain[0], "*", color=sheet.theme.ink, markersize=12, zorder=4)
    sheet.note(cliff, sheet.say(START), (data.plain[0, 0] + 0.06, data.plain[0, 1]))
    cliff.set(xlim=data.w[[0, -1]], ylim=data.b[[0, -1]], xlabel="$w$", ylabel="$b$", title=sheet.say(_CLIFF))
    cliff.grid(False)
    steps = np.arange(1, data.norm.shape[1] + 1)
    for i in range(2):
        look = sheet.curve(i, points=len(steps), markers=6) | {"linewidth": 1.3}
        norms.plot(steps, data.norm[i], **look)
        losses.plot(steps, data.loss[i], label=sheet.say((_PLAIN, _CLIPPED)[i]), **look)
    sheet.logarithmic(norms, "y")
    norms.axhline(BOUND, color=sheet.theme.muted, linewidth=1, linestyle=":")
    sheet.note(norms, sheet.say(_BOUND), (steps[0], BOUND * 0.8), color=sheet.theme.muted)
    norms.set(xlabel=sheet.say(STEP), title=sheet.say(_NORM))
    losses.axhline(np.log(4), color=sheet.theme.muted, linewidth=1, linestyle=":", zorder=0)
    losses.set(xlabel=sheet.say(STEP), ylabel=sheet.say(LOSS), title=sheet.say(_TRAINING))
    losses.legend(loc="best")


def _within(path: Array, data: Exploding) -> Array:
    (left, right), (low, high) = data.w[[0, -1]], data.b[[0, -1]]
    inside: Array = (path[:, 0] > left) & (path[:, 0] < right) & (path[:, 1] > low) & (path[:, 1] < high)
    return inside


_PLAIN = Text("without clipping", "클리핑 없이")
_CLIPPED = Text("clipped by its norm", "노름으로 클리핑")
_CLIFF = Text("one unit, 50 steps: the loss has a cliff", "유닛 하나, 50단계: 손실의 절벽")
_HIGH = Text("high loss", "큰 손실")
_LOW = Text("low loss", "작은 손실")
_OUT = Text("thrown out to ({w}, {b})", "({w}, {b})까지 튕겨 나감")
_NORM = Text("a network's gradient, before clipping", "신경망의 기울기 크기 (클리핑 전)")
_BOUND = Text("bound", "상한")
_TRAINING = Text("its loss", "그 손실")

PICTURE = Picture(
    "exploding",
    Text("The exploding gradient, and clipping", "폭발하는 기울기와 클리핑"),
    Text(
        "Where a gradient grows from step to step, the loss has cliffs: a single update goes far astray. Clipping leaves the "
        "direction and bounds the length, so the descent stays near the cliff's edge, and a network that "
        "cannot be trained without it learns.",
        "기울기가 단계마다 커지는 곳에서는 손실에 절벽이 생겨, 갱신 한 번으로 엉뚱한 곳까지 튕겨 나간다. 클리핑은 방향은 "
        "그대로 두고 길이만 줄이므로 절벽 가까이에 머물고, 그것 없이는 배우지 못하던 신경망이 배운다.",
    ),
    compute,
    draw,
    size=(13.0, 4.8),
)
