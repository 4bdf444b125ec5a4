"""A loss and a metric written as classes, and a stream of batches in place of arrays."""

import keras
import numpy as np
from keras import layers, ops


class WeightedSquaredError(keras.losses.Loss):
    """Too low costs more than too high."""

    def __init__(self, factor=3.0, name="weighted_squared_error"):
        super().__init__(name=name)
        self.factor = factor

    def call(self, y_true, y_pred):
        error = y_true - y_pred
        return ops.mean(ops.where(error > 0, self.factor, 1.0) * ops.square(error), axis=-1)


def share_below(y_true, y_pred):
    """How many predictions are too low."""
    return ops.mean(ops.cast(ops.less(y_pred, y_true), "float32"), axis=-1)


def batches(count, size=32):
    rng = np.random.default_rng(9)
    while True:
        for _ in range(count):
            x = rng.normal(size=(size, 5)).astype("float32")
            yield x, (x[:, :1] * x[:, 1:2] + rng.normal(size=(size, 1))).astype("float32")


def build():
    model = keras.Sequential(
        [keras.Input((5,)), layers.Dense(16), layers.PReLU(), layers.Dense(16, activation="elu"), layers.Dense(1)]
    )
    model.compile(
        keras.optimizers.Adamax(0.01), WeightedSquaredError(factor=4.0), metrics=[share_below, keras.metrics.MeanSquaredError()]
    )
    return model


def run(model, **fit):
    history = model.fit(batches(20), steps_per_epoch=20, epochs=5, verbose=0, **fit).history
    x, y = next(batches(1))
    return {**history, "batch": model.train_on_batch(x, y), "after": model.test_on_batch(x, y)}


if __name__ == "__main__":
    print(run(build()))
