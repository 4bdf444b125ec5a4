"""tinygrad on the CPU: one jitted step, batches cut beforehand, kernels by rules of thumb or by its search (BEAM).

It calls clang, which must be on the path, to compile. Another compiler does not do: tinygrad's loader knows few relocations.
"""

from __future__ import annotations

import os
import shutil
from typing import Any

from benchmarks.environments import FOLDER

os.environ.setdefault("DEV", "CPU")
os.environ["CC"] = "clang-19" if shutil.which("clang-19") else "clang"
os.environ["PARALLEL"] = "0"  # no pool of compiling processes beside the kernels that the search times
# A cache of its own: the usual one keeps what any compiler has made, under keys that do not name it.
os.environ["CACHEDB"] = str(FOLDER / f"tinygrad-{os.environ['CC']}.db")

import numpy as np
from tinygrad import Tensor, TinyJit, dtypes
from tinygrad.helpers import Context
from tinygrad.nn.optim import SGD, Adam, Optimizer

from benchmarks.arithmetic import operations
from benchmarks.protocol import System, serve
from benchmarks.workloads import Problem

SEARCHED = 1e8  # operations of a step: above, the search, which runs many versions of each kernel, takes too long


class TinyGrad(System):
    packages = ("tinygrad",)
    beam = 0

    def __init__(self, problem: Problem, threads: int) -> None:
        super().__init__(problem, threads)
        self.x = [Tensor(x).realize() for x in problem.x_batches]
        self.y = [Tensor(y.astype(np.int32)).realize() for y in problem.y_batches]

    def settings(self) -> list[str]:
        return ["BEAM 0", "BEAM 1"] if operations(self.workload) <= SEARCHED else ["BEAM 0"]

    def choose(self, setting: str) -> None:
        self.beam = int(setting.split()[1])

    def reset(self) -> None:
        """The jitted step holds on to its tensors, so it is made anew as well."""
        self.weights = [
            Tensor(array.copy(), dtype=dtypes.float32).is_param_(True) for pair in self.problem.weights for array in pair
        ]
        self.optimizer = self._rule()
        self.step = TinyJit(self._step)

    def _rule(self) -> Optimizer:
        w = self.workload
        match w.optimizer:
            case "sgd":
                return SGD(self.weights, lr=w.rate)
            case "momentum":
                return SGD(self.weights, lr=w.rate, momentum=w.beta_1)
            case "adam":
                return Adam(self.weights, lr=w.rate, b1=w.beta_1, b2=w.beta_2, eps=w.epsilon)
        raise ValueError(f"tinygrad has no {w.optimizer} with these settings")

    def _train(self, x: Tensor, y: Tensor) -> Tensor:
        with Context(BEAM=self.beam, NUM_CPU_THREADS=self.threads):  # around it all: the second call compiles after the step
            return self.step(x, y)

    def _step(self, x: Tensor, y: Tensor) -> Tensor:
        with Context(TRAINING=1):
            self.optimizer.zero_grad()
            loss = self._logits(x).sparse_categorical_crossentropy(y).backward()
            return loss.realize(*self.optimizer.schedule_step())

    def _logits(self, x: Tensor) -> Tensor:
        last = len(self.weights) - 2
        for i in range(0, len(self.weights), 2):
            x = x @ self.weights[i] + self.weights[i + 1]
            x = x if i == last else x.relu()
        return x

    def epoch(self) -> None:
        loss: Any = None
        for x, y in zip(self.x, self.y, strict=True):
            loss = self._train(x, y)
        loss.item()

    def first_losses(self, steps: int) -> list[float]:
        return [self._train(x, y).item() for x, y in zip(self.x[:steps], self.y[:steps], strict=True)]


if __name__ == "__main__":
    serve(TinyGrad)
