"""The training behind two figures: one hidden layer over 10,000 mini-batches."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from pellucid.figures import samples
from pellucid.figures.picture import Array, Settings
from pellucid.initializers import RandomNormal
from pellucid.layers import Dense
from pellucid.losses import SparseCategoricalCrossentropy
from pellucid.models import Sequential
from pellucid.optimizers import SGD
from pellucid.random.seeded import seeded
from pellucid.random.streams import generator
from pellucid.scratch import smooth_curve

HIDDEN, RATE, BATCH_SIZE, ITERATIONS = 50, 0.1, 100, 10_000


@dataclass(frozen=True)
class MiniBatches:
    """Loss of each batch before its update (iterations,), and averaged over its 101 neighbours; accuracies on all training and
    all test data (epochs + 1,), from before the first."""

    source: samples.Source
    loss: Array
    smoothed: Array
    train_accuracy: Array
    test_accuracy: Array
    iterations_per_epoch: int


@cache
def compute(settings: Settings) -> MiniBatches:
    """What `pellucid.scratch.TwoLayerNet` is, as a compiled model: fifty sigmoids, batches of 100 drawn from all samples, 0.1."""
    data = samples.load(settings)
    x, labels = data.train.x, data.train.y
    random = generator(settings.seed, "figures", "mini-batches")
    an_epoch = len(x) // BATCH_SIZE
    losses, accuracies = [], []
    with seeded(settings.seed):
        start = RandomNormal(stddev=0.01)
        model = Sequential([Dense(HIDDEN, "sigmoid", kernel_initializer=start), Dense(10, kernel_initializer=start)])
        model.compile(SGD(RATE), SparseCategoricalCrossentropy(from_logits=True))
        for iteration in range(1500 if settings.quick else ITERATIONS):
            if iteration % an_epoch == 0:
                accuracies.append([samples.accuracy(model, part) for part in (data.train, data.test)])
            chosen = random.integers(len(x), size=BATCH_SIZE)
            losses.append(model.train_on_batch(x[chosen], labels[chosen]))
    train, test = np.array(accuracies).T
    return MiniBatches(data.source(), np.array(losses, float), smooth_curve(losses, 101), train, test, an_epoch)
