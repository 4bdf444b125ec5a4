"""JAX at its fastest: a whole epoch as one compiled scan over batches cut beforehand, its state donated."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
from jax import lax

from benchmarks.protocol import System, serve
from benchmarks.systems.jax_step import batches, initial_state, step
from benchmarks.workloads import Problem


class JaxScan(System):
    packages = ("jax", "jaxlib")

    def __init__(self, problem: Problem, threads: int) -> None:
        super().__init__(problem, threads)
        self.batches = batches(problem)

    def settings(self) -> list[str]:
        return ["unroll 1", "unroll 4"]

    def choose(self, setting: str) -> None:
        self.run = self._compiled(int(setting.split()[1]))

    def _compiled(self, unroll: int, dropout: bool = True) -> Any:
        one = partial(step, self.workload, dropout=dropout)
        return jax.jit(lambda state, batches: lax.scan(one, state, batches, unroll=unroll), donate_argnums=0)

    def reset(self) -> None:
        self.state = initial_state(self.problem)

    def epoch(self) -> None:
        self.state, losses = self.run(self.state, self.batches)
        jax.block_until_ready((self.state, losses))

    def first_losses(self, steps: int) -> list[float]:
        run = self._compiled(1, dropout=False)  # masks differ from system to system
        self.state, losses = run(self.state, jax.tree.map(lambda a: a[:steps], self.batches))
        return [float(loss) for loss in losses]


if __name__ == "__main__":
    serve(JaxScan)
