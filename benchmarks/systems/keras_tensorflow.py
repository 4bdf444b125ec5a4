"""Keras on TensorFlow by ``fit``, XLA or not: dense nets, recurrent ones, and of pictures, channels last as it likes on a CPU."""

from __future__ import annotations

import os
from typing import Any

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import tensorflow as tf

from benchmarks import nets
from benchmarks.protocol import System, serve
from benchmarks.recurrent import RECURRENT
from benchmarks.systems.keras_rules import optimizer_of
from benchmarks.workloads import Problem, Workload


class KerasTensorFlow(System):
    packages = ("keras", "tensorflow-cpu")

    def __init__(self, problem: Problem, threads: int) -> None:
        super().__init__(problem, threads)
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        inputs, *_, last = self.workload.sizes
        self.model = keras.Sequential([keras.Input((inputs,)), *_hidden(self.workload), keras.layers.Dense(last)])
        pairs = [array for pair in problem.weights for array in pair]
        self.weights = pairs or list(problem.parameters.values())
        self.data = tf.data.Dataset.from_tensor_slices((problem.x_batches, problem.y_batches)).prefetch(2)

    def settings(self) -> list[str]:
        epoch = self.workload.batches
        lengths = {min(20, epoch), epoch} if self.workload.net == "relu" else {epoch}
        return [f"{compiler}, steps_per_execution {steps}" for compiler in ("TensorFlow", "XLA") for steps in sorted(lengths)]

    def choose(self, setting: str) -> None:
        w = self.workload
        compiler, steps = setting.split(", steps_per_execution ")
        optimizer = optimizer_of(w)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.model.compile(optimizer, loss, steps_per_execution=int(steps), jit_compile=compiler == "XLA")
        optimizer.build(self.model.trainable_variables)
        self.start = [variable.numpy() for variable in optimizer.variables]

    def reset(self) -> None:
        self.model.set_weights(self.weights)
        for variable, value in zip(self.model.optimizer.variables, self.start, strict=True):
            variable.assign(value)

    def epoch(self) -> None:
        self.model.fit(self.data, shuffle=False, verbose=0)

    def first_losses(self, steps: int) -> list[float]:
        losses = []
        for x, y in zip(self.problem.x_batches[:steps], self.problem.y_batches[:steps], strict=True):
            self.model.reset_metrics()
            losses.append(float(self.model.train_on_batch(x, y)))
        return losses


def _hidden(workload: Workload) -> list[Any]:
    """All layers but the last."""
    if workload.net == "relu":
        return [keras.layers.Dense(units, activation="relu") for units in workload.sizes[1:-1]]
    return _recurrent(workload.net) if workload.net in RECURRENT else _convolutional(workload.net)


def _convolutional(name: str) -> list[Any]:
    net = nets.IMAGES[name]
    stages = [keras.layers.Reshape((net.side, net.side, net.channels))]
    if net.border:
        stages.append(keras.layers.ZeroPadding2D(net.border))
    for i, (filters, pooling) in enumerate(net.stages):
        padding = "same" if net.keeps_size else "valid"
        stages.append(keras.layers.Conv2D(filters, net.window(i), padding=padding, activation="relu"))
        if pooling:
            stages.append((keras.layers.MaxPooling2D if pooling == "max" else keras.layers.AveragePooling2D)(2))
    stages += [keras.layers.Flatten(), keras.layers.Dense(net.hidden, activation="relu")]
    return stages


def _recurrent(name: str) -> list[Any]:
    net = RECURRENT[name]
    kind = {"rnn": keras.layers.SimpleRNN, "gru": keras.layers.GRU, "lstm": keras.layers.LSTM}[net.cell]
    return [keras.layers.Reshape((net.time, net.features)), kind(net.units)]


if __name__ == "__main__":
    serve(KerasTensorFlow)
