"""Keras on TensorFlow: nets of pictures, channels last as it likes them on a CPU, recurrent ones; by ``fit``, XLA or not."""

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
from benchmarks.workloads import Problem


class KerasTensorFlow(System):
    packages = ("keras", "tensorflow-cpu")

    def __init__(self, problem: Problem, threads: int) -> None:
        super().__init__(problem, threads)
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        layers = _recurrent(self.workload.net) if self.workload.net in RECURRENT else _convolutional(self.workload.net)
        last = keras.layers.Dense(self.workload.sizes[-1])
        self.model = keras.Sequential([keras.Input((self.workload.sizes[0],)), *layers, last])
        self.data = tf.data.Dataset.from_tensor_slices((problem.x_batches, problem.y_batches)).prefetch(2)

    def settings(self) -> list[str]:
        return ["TensorFlow", "XLA"]

    def choose(self, setting: str) -> None:
        w = self.workload
        optimizer = keras.optimizers.Adam(w.rate, w.beta_1, w.beta_2, w.epsilon)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.model.compile(optimizer, loss, steps_per_execution=w.batches, jit_compile=setting == "XLA")
        optimizer.build(self.model.trainable_variables)
        self.start = [variable.numpy() for variable in optimizer.variables]

    def reset(self) -> None:
        self.model.set_weights(list(self.problem.parameters.values()))
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


def _convolutional(name: str) -> list[Any]:
    net = nets.IMAGES[name]
    stages = [keras.layers.Reshape((net.side, net.side, net.channels))]
    if net.border:
        stages.append(keras.layers.ZeroPadding2D(net.border))
    for filters, pooling in net.stages:
        padding = "same" if net.padding else "valid"
        stages.append(keras.layers.Conv2D(filters, net.window, padding=padding, activation="relu"))
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
