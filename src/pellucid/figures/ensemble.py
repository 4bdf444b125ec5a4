"""ensemble: dropout read as many networks that share their weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.autodiff import tensor
from pellucid.figures import few_samples, samples
from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.figures.words import LOSS
from pellucid.layers import Dense, Dropout
from pellucid.losses import SparseCategoricalCrossentropy
from pellucid.models import Sequential
from pellucid.optimizers import Adam
from pellucid.random.seeded import seeded

WIDTH, RATE = 128, 0.5


@dataclass(frozen=True)
class Ensemble:
    """Validation losses of thinned networks: each alone (networks,), and the mean of the first n (networks,) over several orders.

    ``whole_loss`` is that of the whole network, with all units at once, as it predicts.
    """

    source: samples.Source
    single_loss: Array
    mean_loss: Array
    single_accuracy: Array
    mean_accuracy: Array
    whole_loss: float
    whole_accuracy: float


def compute(settings: Settings) -> Ensemble:
    """Train with dropout; then predict with masks still on, many times, and average the scores.

    That is the geometric mean of the probabilities, the one that the whole network stands for (Srivastava et al. 2014): exactly
    for a single softmax layer, nearly for deeper ones.
    """
    data = few_samples.load(settings)
    networks, epochs, orders = (12, 15, 4) if settings.quick else (100, 60, 20)
    x, labels = data.validation.x, data.validation.y
    with seeded(settings.seed):
        layers = [layer for _ in range(2) for layer in (Dense(WIDTH, "relu", kernel_initializer="he_normal"), Dropout(RATE))]
        model = Sequential([*layers, Dense(10)])
        model.compile(Adam(0.001), SparseCategoricalCrossentropy(from_logits=True))
        model.fit(data.train.x, data.train.y, batch_size=32, epochs=epochs, verbose=0)
        thinned = np.array([model(tensor(x), training=True).numpy() for _ in range(networks)])
        whole = model.predict(x, verbose=0)
    random = np.random.RandomState(settings.seed)
    means = []
    for _ in range(orders):
        sums = np.cumsum(thinned[random.permutation(networks)], axis=0)
        means.append(_judge(sums / np.arange(1, networks + 1)[:, None, None], labels))
    mean_loss, mean_accuracy = np.mean(means, axis=0)
    single_loss, single_accuracy = _judge(thinned, labels)
    whole_loss, whole_accuracy = (float(value) for value in _judge(whole, labels))
    return Ensemble(data.source, single_loss, mean_loss, single_accuracy, mean_accuracy, whole_loss, whole_accuracy)


def _judge(scores: Array, labels: Array) -> tuple[Array, Array]:
    """Mean cross-entropy and accuracy over the samples, of scores (..., samples, classes)."""
    scores = scores.astype(np.float64)
    losses = np.logaddexp.reduce(scores, axis=-1) - scores[..., np.arange(len(labels)), labels]
    return losses.mean(axis=-1), (scores.argmax(axis=-1) == labels).mean(axis=-1)


def draw(data: Ensemble, sheet: Sheet) -> None:
    """Left the loss, right the accuracy, over the number of networks averaged."""
    from matplotlib.ticker import PercentFormatter

    count = np.arange(1, len(data.mean_loss) + 1)
    for axes, text, single, mean, whole in zip(
        sheet.panels(1, 2),
        (LOSS, _ACCURACY),
        (data.single_loss, data.single_accuracy),
        (data.mean_loss, data.mean_accuracy),
        (data.whole_loss, data.whole_accuracy),
        strict=True,
    ):
        spread = 1 + 0.12 * np.sin(np.arange(len(single)) * 2.4)  # side by side rather than one over the other
        look: dict[str, Any] = {"linestyle": "", "markersize": 3.5, "alpha": 0.55}
        axes.plot(spread, single, "s", color=sheet.color(1), label=sheet.say(_SINGLE), **look)
        axes.plot(count, mean, label=sheet.say(_MEAN), **sheet.curve(0))
        axes.axhline(whole, label=sheet.say(_WHOLE), color=sheet.color(2), linestyle=(0, (5, 1.5, 1, 1.5)))
        axes.set_xscale("log")
        ticks = [n for n in (1, 2, 5, 10, 20, 50, 100) if n <= len(count)]
        axes.set_xticks(ticks, labels=[str(n) for n in ticks])
        axes.set_xticks([], minor=True)
        axes.set(xlabel=sheet.say(_COUNT), title=f"{sheet.say(text)} ({data.source.name})")
        if text is LOSS:
            axes.legend(loc="upper right")
        else:
            axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))


_ACCURACY = Text("accuracy", "정확도")
_SINGLE = Text("one thinned network", "성긴 신경망 하나")
_MEAN = Text("mean of several", "여러 신경망의 평균")
_WHOLE = Text("the whole network", "온전한 신경망")
_COUNT = Text("thinned networks averaged", "평균한 성긴 신경망의 수")

PICTURE = Picture(
    "ensemble",
    Text("Dropout as an ensemble", "드롭아웃은 앙상블"),
    Text(
        "Each mask leaves another thinned network. Alone they are worse; with their scores averaged they come close to the "
        "whole network, which takes one pass for what the ensemble takes a hundred.",
        "마스크마다 다른 성긴 신경망이 된다. 하나하나는 못하지만 점수를 평균하면 온전한 신경망에 가까워진다. 앙상블이 백 번 "
        "계산할 것을 온전한 신경망은 한 번에 한다.",
    ),
    compute,
    draw,
    size=(10.0, 4.4),
)
