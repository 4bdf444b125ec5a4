"""The step's matrix products alone, by NumPy's BLAS into buffers made beforehand: no system, but a floor to compare with."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.protocol import System, serve
from benchmarks.workloads import Problem


class Products(System):
    packages = ("numpy",)

    def __init__(self, problem: Problem, threads: int) -> None:
        super().__init__(problem, threads)
        rng = np.random.default_rng(0)
        batch = self.workload.batch
        self.weights = [w for w, _ in problem.weights]
        self.values = [rng.random((batch, n), dtype=np.float32) for n in self.workload.sizes]
        self.errors = [rng.random((batch, n), dtype=np.float32) for n in self.workload.sizes]
        self.gradients = [np.empty_like(w) for w in self.weights]

    def settings(self) -> list[str]:
        return [f"{threads} threads" for threads in sorted({1, self.threads})]

    def choose(self, setting: str) -> None:
        threadpool_limits(int(setting.split()[0]))

    def reset(self) -> None:
        pass

    def epoch(self) -> None:
        for x in self.problem.x_batches:
            inputs = [x, *self.values[1:]]
            for i, w in enumerate(self.weights):
                np.matmul(inputs[i], w, out=self.values[i + 1])
            for i in reversed(range(len(self.weights))):
                np.matmul(inputs[i].T, self.errors[i + 1], out=self.gradients[i])
                if i > 0:
                    np.matmul(self.errors[i + 1], self.weights[i].T, out=self.errors[i])

    def first_losses(self, steps: int) -> None:
        return None


if __name__ == "__main__":
    serve(Products)
