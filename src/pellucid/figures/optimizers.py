"""optimizers: the losses of networks that differ in their optimizer alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pellucid.data.splits import Part
from pellucid.figures import samples
from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.figures.words import ITERATION, LOSS
from pellucid.layers import Dense
from pellucid.losses import SparseCategoricalCrossentropy
from pellucid.models import Sequential
from pellucid.optimizers import SGD, Adagrad, Adam, Optimizer, RMSprop
from pellucid.random.seeded import seeded
from pellucid.random.streams import generator
from pellucid.scratch import smooth_curve

BATCH_SIZE = 128
ITERATIONS = 2000


@dataclass(frozen=True)
class Optimizers:
    """Loss of each batch before its update. Shapes: name (optimizers,); loss, smoothed (optimizers, iterations)."""

    source: samples.Source
    name: tuple[str, ...]
    loss: Array
    smoothed: Array


def compute(settings: Settings) -> Optimizers:
    """MultiLayerNet(inputs, [100] * 4, 10), batches of 128, 2000 iterations; the same first weights and batches for all.

    The networks are those of `pellucid.scratch.compare_optimizers`, as compiled models, which takes a tenth of the time.
    """
    data = samples.load(settings)
    iterations = 60 if settings.quick else ITERATIONS
    optimizers = {
        "SGD": SGD(0.01),
        "Momentum": SGD(0.01, momentum=0.9),
        "AdaGrad": Adagrad(0.01, initial_accumulator_value=0),
        "RMSprop": RMSprop(0.001, rho=0.99),
        "Adam": Adam(0.001),
    }
    batches = generator(settings.seed, "figures", "optimizers").integers(len(data.train), size=(iterations, BATCH_SIZE))
    loss = np.array([_train(optimizer, data.train, batches, settings.seed) for optimizer in optimizers.values()])
    smoothed = np.array([smooth_curve(values) for values in loss])
    return Optimizers(data.source(), tuple(optimizers), loss, smoothed)


def _train(optimizer: Optimizer, data: Part, batches: Array, seed: int) -> list[float]:
    with seeded(seed):
        hidden = [Dense(100, "relu", kernel_initializer="he_normal") for _ in range(4)]
        model = Sequential([*hidden, Dense(10, kernel_initializer="he_normal")])
        model.compile(optimizer, SparseCategoricalCrossentropy(from_logits=True))
        return [float(model.train_on_batch(data.x[chosen], data.y[chosen])) for chosen in batches]


def draw(data: Optimizers, sheet: Sheet) -> None:
    """All curves, smoothed, twice: as they are, with what was not smoothed faintly behind, and by powers of ten."""
    axes, tens = sheet.panels(1, 2)
    for i, (name, raw, smooth) in enumerate(zip(data.name, data.loss, data.smoothed, strict=True)):
        axes.plot(raw, color=sheet.color(i), linewidth=0.5, alpha=0.18, zorder=1)
        for panel in (axes, tens):
            panel.plot(smooth, label=name, **sheet.curve(i, points=len(smooth), markers=7) | {"linewidth": 1.3})
    for panel in (axes, tens):
        panel.set(xlim=(0, data.loss.shape[1]), xlabel=sheet.say(ITERATION))
    axes.set(ylim=(0, 1), ylabel=sheet.say(LOSS))
    sheet.logarithmic(tens, "y")
    tens.set_title(sheet.say(_TENS))
    axes.set_title(sheet.say(samples.SOURCE, **vars(data.source)))
    axes.legend(loc="upper right")


_TENS = Text("the same by powers of ten", "같은 곡선을 로그 눈금으로")

PICTURE = Picture(
    "optimizers",
    Text("Optimizers on the same batches", "같은 미니배치로 견준 최적화 기법들"),
    Text(
        "Four hidden layers of 100, batches of 128, rates 0.01, of RMSprop and Adam 0.001, all from the "
        "same weights. "
        "Averaged over 11 iterations. Another learning rate can turn the order round.",
        "은닉층 100개짜리 네 층, 미니배치 128, 학습률 0.01(RMSprop과 Adam은 0.001), 출발 가중치는 모두 같다. 11회 이동 평균. "
        "학습률을 "
        "바꾸면 순서가 뒤집힐 수 있다.",
    ),
    compute,
    draw,
    size=(11.4, 4.8),
)
