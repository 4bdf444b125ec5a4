"""Keras on JAX: ``fit`` without a bar and without shuffling."""

from __future__ import annotations

import os

os.environ["KERAS_BACKEND"] = "jax"

import keras

from benchmarks.protocol import System, serve
from benchmarks.systems.keras_rules import optimizer_of
from benchmarks.workloads import Problem


class KerasFit(System):
    packages = ("keras", "jax")

    def __init__(self, problem: Problem, threads: int) -> None:
        super().__init__(problem, threads)
        *hidden, last = self.workload.sizes[1:]
        self.model = keras.Sequential(
            [
                keras.Input((self.workload.sizes[0],)),
                *(keras.layers.Dense(units, activation="relu") for units in hidden),
                keras.layers.Dense(last),
            ]
        )

    def settings(self) -> list[str]:
        return ["steps_per_execution 1", "steps_per_execution 20"]

    def choose(self, setting: str) -> None:
        self.steps_per_execution = int(setting.split()[1])
        self._compile()
        self.start = [variable.numpy() for variable in self.model.optimizer.variables]

    def _compile(self) -> None:
        optimizer = optimizer_of(self.workload)
        self.model.compile(
            optimizer,
            keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            steps_per_execution=self.steps_per_execution,
        )
        optimizer.build(self.model.trainable_variables)

    def reset(self) -> None:
        self.model.set_weights([array for pair in self.problem.weights for array in pair])
        for variable, value in zip(self.model.optimizer.variables, self.start, strict=True):
            variable.assign(value)

    def epoch(self) -> None:
        self.model.fit(self.problem.x, self.problem.y, batch_size=self.workload.batch, shuffle=False, verbose=0)

    def first_losses(self, steps: int) -> list[float]:
        batches = zip(self.problem.x_batches[:steps], self.problem.y_batches[:steps], strict=True)
        losses = []
        for x, y in batches:
            self.model.reset_metrics()
            losses.append(float(self.model.train_on_batch(x, y)))
        return losses


if __name__ == "__main__":
    serve(KerasFit)
