"""JAX at its fastest: a whole epoch as one compiled scan over batches cut beforehand, its state donated."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
from jax import lax

from benchmarks.protocol import System, serve
from benchmarks.systems.jax_step import initial_state, step
from benchmarks.workloads import Problem


class JaxScan(System):
    packages = ("jax", "jaxlib")

    def __init__(self, problem: Problem, threads: int) -> None:
        super().__init__(problem, threads)
        self.batches = jnp.asarray(problem.x_batches), jnp.asarray(problem.y_batches, jnp.int32)

    def settings(self) -> list[str]:
        return ["unroll 1", "unroll 4"]

    def choose(self, setting: str) -> None:
        unroll = int(setting.split()[1])
        self.run = jax.jit(
            lambda state, batches: lax.scan(partial(step, self.workload), state, batches, unroll=unroll), donate_argnums=0
        )

    def reset(self) -> None:
        self.state = initial_state(self.problem)

    def epoch(self) -> None:
        self.state, losses = self.run(self.state, self.batches)
        jax.block_until_ready((self.state, losses))

    def first_losses(self, steps: int) -> list[float]:
        x, y = self.batches
        self.state, losses = self.run(self.state, (x[:steps], y[:steps]))
        return [float(loss) for loss in losses]


if __name__ == "__main__":
    serve(JaxScan)
