"""JAX with one compiled call a step, its state donated: the usual training loop."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp

from benchmarks.protocol import System, serve
from benchmarks.systems.jax_step import batches, initial_state, step
from benchmarks.workloads import Problem


class JaxJit(System):
    packages = ("jax", "jaxlib")

    def __init__(self, problem: Problem, threads: int) -> None:
        super().__init__(problem, threads)
        stacked = batches(problem)
        self.batches = [jax.tree.map(lambda a, i=i: jnp.array(a[i]), stacked) for i in range(self.workload.batches)]
        self.run = jax.jit(partial(step, self.workload), donate_argnums=0)

    def reset(self) -> None:
        self.state = initial_state(self.problem)

    def epoch(self) -> None:
        for batch in self.batches:
            self.state, _ = self.run(self.state, batch)
        jax.block_until_ready(self.state)

    def first_losses(self, steps: int) -> list[float]:
        losses = []
        run = jax.jit(partial(step, self.workload, dropout=False), donate_argnums=0)  # masks differ from system to system
        for batch in self.batches[:steps]:
            self.state, loss = run(self.state, batch)
            losses.append(float(loss))
        return losses


if __name__ == "__main__":
    serve(JaxJit)
