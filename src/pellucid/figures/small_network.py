"""A small convolutional network, trained in a second, for figures that look into one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from pellucid.figures import samples
from pellucid.figures.picture import Array, Settings
from pellucid.initializers import RandomNormal
from pellucid.layers import Conv2D, Dense, Flatten, MaxPooling2D
from pellucid.layers.input import InputLayer
from pellucid.lens import filters
from pellucid.models import Sequential
from pellucid.optimizers import Adam
from pellucid.random.seeded import seeded

_MOST_SAMPLES = 4000


@dataclass(frozen=True)
class Trained:
    """The network, the kernels of its first layer before and after training (5, 5, 1, filters), and its data with a channel."""

    model: Sequential
    before: Array
    after: Array
    source: samples.Source
    x: Array
    y: Array
    x_test: Array
    y_test: Array


@lru_cache(maxsize=2)
def trained(settings: Settings) -> Trained:
    """Two convolutions with poolings, and a dense layer: on digits, or on some thousand images of what the settings name."""
    data = samples.load(replace(settings, dataset=settings.dataset or "digits"))
    shape = (-1, data.side, data.side, 1)
    x, y = data.train.x[:_MOST_SAMPLES].reshape(shape), data.train.y[:_MOST_SAMPLES]
    with seeded(settings.seed):
        layers = [
            # It begins near 0, so that what the filters look like afterwards is what they have learned.
            Conv2D(16, 5, padding="same", activation="relu", kernel_initializer=RandomNormal(stddev=0.01), name="convolution_1"),
            MaxPooling2D(2, name="pooling_1"),
            Conv2D(16, 3, padding="same", activation="relu", kernel_initializer="he_normal", name="convolution_2"),
            MaxPooling2D(2, name="pooling_2"),
            Flatten(name="flatten"),
            Dense(10, "softmax", name="output"),
        ]
        model = Sequential([InputLayer(shape[1:]), *layers], name="small_network")
        model.compile(Adam(0.003), "sparse_categorical_crossentropy")
        before = filters(model, "convolution_1")
        model.fit(x, y, batch_size=32, epochs=2 if settings.quick else 8, verbose=0)
    after = filters(model, "convolution_1")
    test = data.test.x.reshape(shape)
    return Trained(model, before, after, data.source(len(x)), x, y, test, data.test.y)
