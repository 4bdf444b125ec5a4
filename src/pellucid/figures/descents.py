"""descents: all samples, a mini-batch, or one sample a step."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.figures import samples
from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.layers import Dense
from pellucid.losses import SparseCategoricalCrossentropy
from pellucid.models import Sequential
from pellucid.optimizers import SGD
from pellucid.random.seeded import seeded
from pellucid.random.streams import generator

RATE, HIDDEN = 0.1, 50


@dataclass(frozen=True)
class Descent:
    """One way to train: samples a step; and where it was looked at, the steps done, the seconds that they took, and the loss over
    all samples. Shapes: all (looks,)."""

    batch_size: int
    steps: Array
    seconds: Array
    loss: Array


@dataclass(frozen=True)
class Descents:
    """All samples a step, then a mini-batch, then one; from the same weights at the same rate."""

    source: samples.Source
    ways: tuple[Descent, ...]


def compute(settings: Settings) -> Descents:
    """Time is that of training alone; looking at the loss is not counted, nor the first step, which compiles."""
    data = samples.load(settings)
    steps = 60 if settings.quick else 3000
    ways = tuple(_descend(data, size, steps, settings.seed) for size in (len(data.train), 32, 1))
    return Descents(data.source(), ways)


def _descend(data: samples.Samples, size: int, steps: int, seed: int) -> Descent:
    x, labels = data.train.x, data.train.y
    looks = set(np.unique(np.geomspace(1, steps, 60).round().astype(int)).tolist())
    random = generator(seed, "figures", "descents")
    with seeded(seed):
        model = Sequential([Dense(HIDDEN, "relu", kernel_initializer="he_normal"), Dense(10)])
        model.compile(SGD(RATE), SparseCategoricalCrossentropy(from_logits=True))
        model.build((None, x.shape[1]))
        first: list[Any] = model.get_weights()
        model.train_on_batch(x[:size], labels[:size])  # plans and compiles
        model.set_weights(first)
        noted = [(0, 0.0, samples.cross_entropy(model, data.train))]
        seconds, order = 0.0, np.zeros(0, np.int64)
        for step in range(1, steps + 1):
            if len(order) < size:
                order = random.permutation(len(x))
            chosen, order = order[:size], order[size:]
            begun = time.perf_counter()
            model.train_on_batch(x[chosen], labels[chosen])
            seconds += time.perf_counter() - begun
            if step in looks:
                noted.append((step, seconds, samples.cross_entropy(model, data.train)))
    done, took, loss = np.array(noted).T
    return Descent(size, done.astype(np.int64), took, loss)


def draw(data: Descents, sheet: Sheet) -> None:
    """The same losses over steps, over samples seen, and over time."""
    panels = sheet.panels(1, 3, sharey=True)
    texts = (_ALL, _BATCH, _ONE)
    for i, (way, text) in enumerate(zip(data.ways, texts, strict=True)):
        name = sheet.say(text, size=way.batch_size)
        for axes, across in zip(panels, (way.steps, way.steps * way.batch_size, 1e3 * way.seconds), strict=True):
            axes.plot(across[1:], way.loss[1:], label=name, **sheet.curve(i, points=len(across), markers=7) | {"linewidth": 1.4})
    for axes, label in zip(panels, (_STEPS, _SAMPLES, _TIME), strict=True):
        sheet.logarithmic(axes, "x")
        axes.set(xlabel=sheet.say(label), ylim=(0, None))
    panels[0].set(ylabel=sheet.say(_LOSS), title=sheet.say(samples.SOURCE, **vars(data.source)))
    panels[0].legend(loc="lower left")


_ALL = Text("all {size:,} samples", "데이터 전부 ({size:,}개)")
_BATCH = Text("mini-batch of {size}", "미니배치 {size}개")
_ONE = Text("one sample", "데이터 하나")
_STEPS = Text("steps", "갱신 횟수")
_SAMPLES = Text("samples seen", "본 데이터 수")
_TIME = Text("time (ms)", "시간 (ms)")
_LOSS = Text("loss over all training samples", "훈련 데이터 전체의 손실")

PICTURE = Picture(
    "descents",
    Text("All samples, a mini-batch, or one sample a step", "한 번 갱신에 데이터 전부, 미니배치, 하나"),
    Text(
        "Step by step, more samples are the better advice, though a mini-batch is nearly as good; but a step over all "
        "samples costs far more. By time the mini-batch leads: a step over one sample costs nearly as much as one over 32.",
        "갱신 횟수로 보면 데이터가 많을수록 방향이 정확하지만 미니배치도 거의 그만큼 좋다. 데이터 전부를 쓰는 갱신은 훨씬 "
        "비싸다. 시간으로 보면 미니배치가 앞선다. 하나짜리 갱신도 32개짜리와 거의 같은 시간이 든다.",
    ),
    compute,
    draw,
    size=(12.0, 4.4),
)
