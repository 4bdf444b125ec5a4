"""vanishing: how much gradient reaches each layer of a deep stack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from pellucid import ops
from pellucid.autodiff import tensor
from pellucid.figures import samples
from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.figures.words import EPOCH, LOSS
from pellucid.initializers import GlorotNormal, HeNormal
from pellucid.layers import Dense
from pellucid.losses import SparseCategoricalCrossentropy
from pellucid.models import Sequential
from pellucid.optimizers import Adam
from pellucid.random.seeded import seeded

DEPTH, WIDTH, BATCH = 20, 100, 256
# Each with the first weights that are made for it: Glorot's for the sigmoid, He's for what lets positive values through.
_STACKS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "sigmoid": (ops.sigmoid, GlorotNormal),
    "ReLU": (ops.relu, HeNormal),
    "leaky ReLU": (ops.leaky_relu, HeNormal),
    "PReLU": (lambda x: ops.prelu(x, np.full(WIDTH, 0.25, np.float32)), HeNormal),
    "ELU": (ops.elu, HeNormal),
}


@dataclass(frozen=True)
class Vanishing:
    """Before training, the norm of the loss's gradient by the weights of each hidden layer, first layer first; and the training
    loss of the first two stacks by epoch. Shapes: name (stacks,); norm (stacks, layers); loss (2, epochs)."""

    source: samples.Source
    name: tuple[str, ...]
    norm: Array
    loss: Array


def compute(settings: Settings) -> Vanishing:
    """Twenty hidden layers of a hundred units, and the norm over one batch."""
    data = samples.load(settings)
    x, labels = data.train.x[:BATCH], data.train.y[:BATCH]
    norm = np.array([_norms(function, start, x, labels, settings.seed) for function, start in _STACKS.values()])
    epochs = 4 if settings.quick else 30
    loss = np.array([_train(name, data, epochs, settings.seed) for name in ("sigmoid", "relu")])
    return Vanishing(data.source(), tuple(_STACKS), norm, loss)


def _norms(function: Callable[[Any], Any], initializer: Any, x: Array, labels: Array, seed: int) -> list[float]:
    with seeded(seed):
        sizes = [x.shape[1], *[WIDTH] * DEPTH, 10]
        weights = [tensor(initializer()((a, b), "float32"), requires_grad=True) for a, b in pairwise(sizes)]
    y = tensor(x)
    for weight in weights[:-1]:
        y = function(y @ weight)
    ops.softmax_cross_entropy(y @ weights[-1], labels).mean().backward()
    return [float(np.linalg.norm(np.asarray(weight.grad))) for weight in weights[:-1]]


def _train(activation: str, data: samples.Samples, epochs: int, seed: int) -> list[float]:
    initializer = "he_normal" if activation == "relu" else "glorot_normal"
    with seeded(seed):
        model = Sequential([*(Dense(WIDTH, activation, kernel_initializer=initializer) for _ in range(DEPTH)), Dense(10)])
        model.compile(Adam(0.001), SparseCategoricalCrossentropy(from_logits=True))
        history = model.fit(data.train.x, data.train.y, batch_size=BATCH, epochs=epochs, verbose=0)
    return [float(value) for value in history.history["loss"]]


def draw(data: Vanishing, sheet: Sheet) -> None:
    """Left the norms by layer, right what becomes of it in training."""
    norms, losses = sheet.panels(1, 2, width_ratios=[1.25, 1])
    layers = np.arange(1, data.norm.shape[1] + 1)
    for i, (name, norm) in enumerate(zip(data.name, data.norm, strict=True)):
        norms.plot(layers, norm, label=name, **sheet.curve(i, points=len(layers), markers=7) | {"linewidth": 1.5})
    sheet.logarithmic(norms, "y")
    norms.set(xlabel=sheet.say(_LAYER), ylabel="$\\|\\partial L / \\partial W\\|$", title=sheet.say(_BEFORE), xticks=layers[::3])
    norms.legend(loc="lower right")
    epochs = np.arange(1, data.loss.shape[1] + 1)
    for i, loss in enumerate(data.loss):
        losses.plot(epochs, loss, label=data.name[i], **sheet.curve(i, points=len(epochs)))
    losses.axhline(np.log(10), color=sheet.theme.muted, linewidth=1, linestyle=":", zorder=0)
    sheet.note(losses, sheet.say(_GUESS), (epochs[-1], np.log(10) + 0.13), ha="right", color=sheet.theme.muted)
    losses.set(xlabel=sheet.say(EPOCH), ylabel=sheet.say(LOSS), ylim=(0, 2.75))
    losses.set_title(sheet.say(samples.SOURCE, **vars(data.source)))
    losses.legend(loc="center right")


_LAYER = Text("layer, from the input to the output", "층 (입력에서 출력으로)")
_BEFORE = Text("norm of each layer's gradient, before training", "훈련 전, 층마다 기울기의 크기")
_GUESS = Text("guessing: log 10", "찍기: log 10")

PICTURE = Picture(
    "vanishing",
    Text("The vanishing gradient", "사라지는 기울기"),
    Text(
        "Twenty hidden layers. Each sigmoid multiplies the gradient by at most 1/4 on its way back, so the first layers "
        "hardly hear of "
        "the loss, and the stack does not get beyond guessing. ReLU and its variants let it through.",
        "은닉층이 스무 개다. 시그모이드를 하나 지날 때마다 기울기는 1/4 이하로 줄어 앞쪽 층에는 거의 닿지 않고, 훈련은 "
        "찍기를 벗어나지 못한다. ReLU와 그 변형들은 기울기를 그대로 흘려보낸다.",
    ),
    compute,
    draw,
    size=(11.0, 4.8),
)
