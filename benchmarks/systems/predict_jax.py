"""JAX: the forward pass, compiled once."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.protocol import serve
from benchmarks.systems.inference import Array, Inference


class PredictJax(Inference):
    packages = ("jax", "jaxlib")

    def settings(self) -> list[str]:
        return [f"{self.threads} threads"]  # XLA's own choice

    def prepare(self, threads: int) -> None:
        parameters = [(jnp.array(w), jnp.array(b)) for w, b in self.problem.weights]

        def forward(x: Any) -> Any:
            for w, b in parameters[:-1]:
                x = jax.nn.relu(x @ w + b)
            return x @ parameters[-1][0] + parameters[-1][1]

        self.forward = jax.jit(forward)

    def answer(self, x: Array) -> Any:
        return np.asarray(self.forward(x))


if __name__ == "__main__":
    serve(PredictJax)
