"""Pellucid: the bare program of the training step, many steps a job. Each batch is gathered from the data inside of the step."""

from __future__ import annotations

from typing import Any

import pellucid as pl
from benchmarks.protocol import System, serve
from benchmarks.systems import pellucid_nets
from benchmarks.workloads import ACCUMULATED, Problem, Workload
from pellucid.data.samples import make_samples
from pellucid.engine.team import set_num_threads
from pellucid.training.sources import ArraySource


def build(problem: Problem, **compile_arguments: Any) -> pl.Model:
    """The workload's model by the public interface."""
    w = problem.workload
    if w.net != "relu":
        return pellucid_nets.build(problem)
    *hidden, last = w.sizes[1:]
    model = pl.Sequential(
        [pl.Input((w.sizes[0],)), *(pl.layers.Dense(units, activation="relu") for units in hidden), pl.layers.Dense(last)]
    )
    model.compile(_optimizer(w), pl.losses.SparseCategoricalCrossentropy(from_logits=True), **compile_arguments)
    return model


def _optimizer(w: Workload) -> pl.optimizers.Optimizer:
    match w.optimizer:
        case "sgd":
            return pl.optimizers.SGD(w.rate)
        case "momentum":
            return pl.optimizers.SGD(w.rate, momentum=w.beta_1)
        case "adagrad":
            return pl.optimizers.Adagrad(w.rate, initial_accumulator_value=ACCUMULATED, epsilon=w.epsilon)
        case "rmsprop":
            return pl.optimizers.RMSprop(w.rate, rho=w.beta_2, epsilon=w.epsilon, epsilon_outside=True)
        case "adam":
            return pl.optimizers.Adam(w.rate, w.beta_1, w.beta_2, w.epsilon)


class Pellucid(System):
    packages = ("pellucid", "numba", "scipy", "numpy")

    def __init__(self, problem: Problem, threads: int) -> None:
        super().__init__(problem, threads)
        set_num_threads(threads)
        self._train(build(problem))

    def _train(self, model: pl.Model) -> None:
        self.model = model
        inputs = pellucid_nets.samples(self.problem)
        source = ArraySource(make_samples(inputs, [self.problem.y]), self.workload.batch, shuffle=False)
        self.trainer = self.model._ready(inputs)
        self.plan = self.trainer.plan("train", source.samples, self.workload.batch, source._gather)

    def reset(self) -> None:
        if self.workload.net == "relu":
            self.model.set_weights([array for pair in self.problem.weights for array in pair])
        else:
            pellucid_nets.restore(self.model, self.problem)
        self.model.optimizer.iterations = 0
        for slot, arrays in self.trainer.optimizer_state().items():
            for array, parameter in zip(arrays, self.model.trainable_weights, strict=True):
                array[...] = self.model.optimizer.first_value(slot, parameter.array)

    def epoch(self) -> None:
        self.trainer.begin_epoch()
        self.trainer.train_steps(self.plan, self.workload.batches, self.workload.batch)

    def first_losses(self, steps: int) -> list[float]:
        if self.workload.net == "normalized":  # masks differ from system to system
            self._train(pellucid_nets.build(self.problem, dropout=False))
            self.reset()
        losses = self._losses(steps)
        if self.workload.net == "normalized":
            self._train(build(self.problem))
        return losses

    def _losses(self, steps: int) -> list[float]:
        self.trainer.begin_epoch()
        losses = []
        for _ in range(steps):
            self.trainer.training_sums.reset()
            self.trainer.train_steps(self.plan, 1, self.workload.batch)
            losses.append(self.trainer.training_sums.results()["loss"])
        return losses


if __name__ == "__main__":
    serve(Pellucid)
