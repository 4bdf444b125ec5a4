"""The step's matrix products alone, by NumPy's BLAS into buffers made beforehand: no system, but a floor to compare with."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks import nets
from benchmarks.protocol import System, serve
from benchmarks.workloads import Array, Problem


class Products(System):
    packages = ("numpy",)

    def __init__(self, problem: Problem, threads: int) -> None:
        super().__init__(problem, threads)
        rng = np.random.default_rng(0)
        batch = self.workload.batch
        self.shapes: list[tuple[Array, Array, Array]] = []
        if self.workload.net in nets.IMAGES:
            self._take_images(nets.IMAGES[self.workload.net], rng)
            return
        self.weights = [w for w, _ in problem.weights]
        self.values = [rng.random((batch, n), dtype=np.float32) for n in self.workload.sizes]
        self.errors = [rng.random((batch, n), dtype=np.float32) for n in self.workload.sizes]
        self.gradients = [np.empty_like(w) for w in self.weights]

    def _take_images(self, net: nets.Convolutional, rng: np.random.Generator) -> None:
        """Convolutions as products of patches that are there already: what each window sees, by the kernel."""
        batch, kernels = self.workload.batch, list(self.problem.parameters.items())
        rows = [batch * made**2 for _, made in net.sides] + [batch, batch]
        weights = [kernel.reshape(-1, kernel.shape[-1]) for name, kernel in kernels if name.endswith("kernel")]
        for count, w in zip(rows, weights, strict=True):
            seen, errors = (rng.random((count, n), dtype=np.float32) for n in w.shape)
            self.shapes.append((seen, w, errors))
        self.gradients = [np.empty_like(w) for w in weights]

    def _multiply_images(self) -> None:
        for seen, w, errors in self.shapes:
            np.matmul(seen, w, out=errors)
        for i, (seen, w, errors) in reversed(list(enumerate(self.shapes))):
            np.matmul(seen.T, errors, out=self.gradients[i])
            if i > 0:
                np.matmul(errors, w.T, out=seen)

    def settings(self) -> list[str]:
        return [f"{threads} threads" for threads in sorted({1, self.threads})]

    def choose(self, setting: str) -> None:
        threadpool_limits(int(setting.split()[0]))

    def reset(self) -> None:
        pass

    def epoch(self) -> None:
        for _ in range(self.workload.batches if self.shapes else 0):
            self._multiply_images()
        if self.shapes:
            return
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
