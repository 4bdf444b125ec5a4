"""Pellucid: ``fit``, the bytes rescaled within the step."""

from __future__ import annotations

import sys
import time
from typing import Any

import pellucid as pl
from benchmarks.epochs import common
from pellucid.datasets import fashion_mnist
from pellucid.engine.team import set_num_threads


class Clock(pl.callbacks.Callback):
    """Seconds of each epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.seconds.append(time.perf_counter() - self.started)


def main(folder: str, epochs: int, threads: int) -> None:
    set_num_threads(threads)
    started = time.perf_counter()
    (x, y), (x_test, y_test) = fashion_mnist.load_data(folder)
    x, x_test = x.reshape(-1, 784), x_test.reshape(-1, 784)
    taken = time.perf_counter() - started
    hidden = [pl.layers.Dense(units, activation="relu") for units in common.SIZES[1:-1]]
    layers = [pl.Input((784,)), pl.layers.Rescaling(1 / 255), *hidden, pl.layers.Dense(common.SIZES[-1])]
    model = pl.Sequential(layers)
    model.compile(
        pl.optimizers.Adam(common.RATE), pl.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"]
    )
    clock = Clock()
    model.fit(x, y, batch_size=common.BATCH, epochs=epochs + 1, verbose=0, callbacks=[clock])
    accuracy = model.evaluate(x_test, y_test, verbose=0, return_dict=True)["accuracy"]
    common.answer(taken, clock.seconds[1:], float(accuracy), "fit")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
