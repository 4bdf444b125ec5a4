"""Layers of one's own: one adds a penalty on what passes through it, one mixes features; in a subclassed model."""

import keras
import numpy as np
from keras import layers, ops
from sklearn.datasets import load_iris


class SparseActivity(layers.Layer):
    """Passes its inputs on, and asks for few of them to be far from zero."""

    def __init__(self, rate=1e-2, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate

    def call(self, inputs):
        self.add_loss(self.rate * ops.mean(ops.abs(inputs)))
        return inputs


class FeatureCross(layers.Layer):
    """x0 * (W x + b) + x: one step of a cross network."""

    def build(self, input_shape):
        x0_shape, x_shape = input_shape
        self.kernel = self.add_weight(
            shape=(x_shape[-1], x0_shape[-1]), initializer="glorot_uniform", trainable=True, name="kernel"
        )
        self.bias = self.add_weight(shape=(x0_shape[-1],), initializer="zeros", trainable=True, name="bias")

    def call(self, inputs):
        x0, x = inputs
        return x0 * (ops.matmul(x, self.kernel) + self.bias) + x


class CrossNetwork(keras.Model):
    def __init__(self, crosses=2, **kwargs):
        super().__init__(**kwargs)
        self.crosses = [FeatureCross() for _ in range(crosses)]
        self.deep = keras.Sequential([layers.Dense(8, activation="relu"), SparseActivity(), layers.Dense(8, activation="silu")])
        self.classify = layers.Dense(3)

    def call(self, inputs):
        x = inputs
        for cross in self.crosses:
            x = cross([inputs, x])
        return self.classify(ops.concatenate([x, self.deep(inputs)], axis=-1))


def load():
    x, y = load_iris(return_X_y=True)
    order = np.random.default_rng(1).permutation(len(x))
    return (x[order] - x.mean(axis=0)).astype("float32"), y[order]


def build():
    model = CrossNetwork(name="cross_network")
    model.compile(
        optimizer=keras.optimizers.Nadam(5e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.SparseCategoricalAccuracy(), keras.metrics.SparseTopKCategoricalAccuracy(k=2, name="top2")],
    )
    model(load()[0][:1])
    return model


def run(model, **fit):
    x, y = load()
    return model.fit(x, y, batch_size=16, epochs=8, validation_split=0.2, verbose=0, **fit).history


if __name__ == "__main__":
    print(run(build()))
