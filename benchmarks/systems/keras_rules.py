"""The rule of a workload as Keras' optimizer, on the backend that was named before this is imported."""

from __future__ import annotations

import keras

from benchmarks.workloads import ACCUMULATED, Workload


def optimizer_of(workload: Workload) -> keras.optimizers.Optimizer:
    w = workload
    match w.optimizer:
        case "sgd":
            return keras.optimizers.SGD(w.rate)
        case "momentum":
            return keras.optimizers.SGD(w.rate, momentum=w.beta_1)
        case "adagrad":
            return keras.optimizers.Adagrad(w.rate, initial_accumulator_value=ACCUMULATED, epsilon=w.epsilon)
        case "rmsprop":  # epsilon stands inside of the root here: its square is as small as the others' is outside
            return keras.optimizers.RMSprop(w.rate, rho=w.beta_2, epsilon=w.epsilon**2)
        case "adam":
            return keras.optimizers.Adam(w.rate, w.beta_1, w.beta_2, w.epsilon)
