"""Few samples, some with wrong labels: what a network can learn by heart, and two figures train on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.callbacks import Callback, EarlyStopping, LambdaCallback
from pellucid.data.splits import Part
from pellucid.figures import samples
from pellucid.figures.picture import Array, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.words import EPOCH, TRAINING, VALIDATION
from pellucid.layers import Dense, Dropout
from pellucid.losses import SparseCategoricalCrossentropy
from pellucid.models import Sequential
from pellucid.optimizers import Adam
from pellucid.random.seeded import seeded
from pellucid.random.streams import generator
from pellucid.regularizers import L2

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TRAINED, VALIDATED, WRONG = 300, 600, 0.2


@dataclass(frozen=True)
class Curves:
    """Loss on training and on validation data after each epoch, both (epochs,), without penalties and without dropout."""

    train: Array
    validation: Array

    @property
    def best(self) -> int:
        """The epoch of the lowest validation loss, from 0."""
        return int(self.validation.argmin())


@dataclass(frozen=True)
class FewSamples:
    """What is trained on, and what is watched; the test set is left alone."""

    train: Part
    validation: Part
    source: samples.Source


def load(settings: Settings) -> FewSamples:
    """The first ``TRAINED`` samples of a random order of the training set, a fifth with another label, and the next ones."""
    data = samples.load(settings)
    random = generator(settings.seed, "figures", "few samples")
    order = random.permutation(len(data.train))
    chosen, watched = order[:TRAINED], order[TRAINED : TRAINED + VALIDATED]
    labels = data.train.y[chosen]
    wrong = random.permutation(TRAINED)[: round(WRONG * TRAINED)]
    labels[wrong] = (labels[wrong] + random.integers(1, 10, len(wrong))) % 10
    validation = Part(data.train.x[watched], data.train.y[watched])
    return FewSamples(Part(data.train.x[chosen], labels), validation, data.source(TRAINED))


def train(
    data: FewSamples, seed: int, width: int, epochs: int, *, dropout: float = 0.0, decay: float = 0.0, patience: int | None = None
) -> Curves:
    """Two hidden layers of this width, trained by Adam; after each epoch both losses as in prediction."""
    with seeded(seed):
        penalty = L2(decay) if decay else None
        layers: list[Any] = []
        for _ in range(2):
            layers.append(Dense(width, "relu", kernel_initializer="he_normal", kernel_regularizer=penalty))
            layers += [Dropout(dropout)] if dropout else []
        model = Sequential([*layers, Dense(10, kernel_regularizer=penalty)])
        model.compile(Adam(0.001), SparseCategoricalCrossentropy(from_logits=True))
        curves: list[tuple[float, float]] = []

        def note(epoch: int, logs: Any) -> None:
            curves.append((samples.cross_entropy(model, data.train), samples.cross_entropy(model, data.validation)))

        callbacks: list[Callback] = [LambdaCallback(on_epoch_end=note)]
        if patience is not None:
            callbacks.append(EarlyStopping(patience=patience, restore_best_weights=True))
        watched = (data.validation.x, data.validation.y)
        model.fit(
            data.train.x, data.train.y, batch_size=32, epochs=epochs, validation_data=watched, callbacks=callbacks, verbose=0
        )
    train, validation = np.array(curves).T
    return Curves(train, validation)


def draw_curves(axes: Axes, curves: Curves, sheet: Sheet) -> None:
    """Both losses by epoch; a dotted line where the validation loss is lowest."""
    epochs = np.arange(1, len(curves.train) + 1)
    for i, (text, values) in enumerate(((TRAINING, curves.train), (VALIDATION, curves.validation))):
        axes.plot(epochs, values, label=sheet.say(text), **sheet.curve(i, points=len(epochs)))
    axes.axvline(epochs[curves.best], color=sheet.theme.muted, linewidth=1, linestyle=":", zorder=0)
    axes.set_xlabel(sheet.say(EPOCH))
