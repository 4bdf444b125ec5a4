"""Keras on JAX: ``fit``."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"

import keras

from benchmarks.epochs import common


class Clock(keras.callbacks.Callback):
    """Seconds of each epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.seconds.append(time.perf_counter() - self.started)


def main(folder: Path, epochs: int) -> None:
    started = time.perf_counter()
    x, y, x_test, y_test = common.read(folder)
    taken = time.perf_counter() - started
    hidden = [keras.layers.Dense(units, activation="relu") for units in common.SIZES[1:-1]]
    layers = [keras.Input((784,)), keras.layers.Rescaling(1 / 255), *hidden, keras.layers.Dense(common.SIZES[-1])]
    model = keras.Sequential(layers)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(common.RATE), loss, metrics=["accuracy"], steps_per_execution=20)
    clock = Clock()
    model.fit(x, y, batch_size=common.BATCH, epochs=epochs + 1, verbose=0, callbacks=[clock])
    accuracy = model.evaluate(x_test, y_test, verbose=0, return_dict=True)["accuracy"]
    common.answer(taken, clock.seconds[1:], float(accuracy), "steps_per_execution 20")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
