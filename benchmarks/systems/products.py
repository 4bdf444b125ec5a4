"""The step's matrix products alone, by NumPy's BLAS into buffers made beforehand: no system, but a floor to compare with."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks import nets
from benchmarks.protocol import System, serve
from benchmarks.recurrent import RECURRENT
from benchmarks.workloads import Array, Problem


class Products(System):
    packages = ("numpy",)

    def __init__(self, problem: Problem, threads: int) -> None:
        super().__init__(problem, threads)
        rng = np.random.default_rng(0)
        batch = self.workload.batch
        self.shapes: list[tuple[Array, Array, Array]] = []
        self.recurrent: _Recurrent | None = None
        if self.workload.net in RECURRENT:
            self.recurrent = _Recurrent(problem, rng)
            return
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
            if self.recurrent is not None:
                self.recurrent.step(x)
                continue
            inputs = [x, *self.values[1:]]
            for i, w in enumerate(self.weights):
                np.matmul(inputs[i], w, out=self.values[i + 1])
            for i in reversed(range(len(self.weights))):
                np.matmul(inputs[i].T, self.errors[i + 1], out=self.gradients[i])
                if i > 0:
                    np.matmul(self.errors[i + 1], self.weights[i].T, out=self.errors[i])

    def first_losses(self, steps: int) -> None:
        return None


class _Recurrent:
    """The products of a recurrent net: of all inputs at once, of the state step by step there and back, of gradients at once."""

    def __init__(self, problem: Problem, rng: np.random.Generator) -> None:
        net, batch = RECURRENT[problem.workload.net], problem.workload.batch
        self.net = net
        self.kernel, self.recurrent_kernel = (problem.parameters[f"cell/{name}"] for name in ("kernel", "recurrent_kernel"))
        self.sums = rng.random((net.time, batch, net.width), dtype=np.float32)
        self.states = rng.random((net.time, batch, net.units), dtype=np.float32)
        self.added, self.back = np.empty((batch, net.width), np.float32), np.empty((batch, net.units), np.float32)
        self.gradients = np.empty_like(self.kernel), np.empty_like(self.recurrent_kernel)

    def step(self, x: Array) -> None:
        inputs, sums = x.reshape(-1, self.net.features), self.sums.reshape(-1, self.net.width)
        np.matmul(inputs, self.kernel, out=sums)
        for state in self.states:
            np.matmul(state, self.recurrent_kernel, out=self.added)
        for gradient in self.sums:
            np.matmul(gradient, self.recurrent_kernel.T, out=self.back)
        np.matmul(self.states.reshape(-1, self.net.units).T, sums, out=self.gradients[1])
        np.matmul(inputs.T, sums, out=self.gradients[0])


if __name__ == "__main__":
    serve(Products)
