"""The nets of ``benchmarks.recurrent`` in JAX: all inputs projected by one product, then a scan over the steps."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from benchmarks.recurrent import Recurrent

Tree = Any
UNROLLED = 4  # steps in one pass of the loop


def logits(p: Tree, net: Recurrent, x: Any) -> Any:
    """Of one batch, from the last state."""
    samples = x.shape[0]
    bias = p["cell/bias"]
    of_inputs, of_state = (bias[0], bias[1]) if net.cell == "gru" else (bias, None)
    steps = x.reshape(samples, net.time, net.features).swapaxes(0, 1) @ p["cell/kernel"] + of_inputs
    zeros = jnp.zeros((samples, net.units), x.dtype)
    w = p["cell/recurrent_kernel"]

    def rnn(h: Any, z: Any) -> tuple[Any, None]:
        return jnp.tanh(z + h @ w), None

    def gru(h: Any, x: Any) -> tuple[Any, None]:
        s = h @ w + of_state
        (x_z, x_r, x_n), (s_z, s_r, s_n) = jnp.split(x, 3, -1), jnp.split(s, 3, -1)
        z = jax.nn.sigmoid(x_z + s_z)
        n = jnp.tanh(x_n + jax.nn.sigmoid(x_r + s_r) * s_n)
        return z * h + (1 - z) * n, None

    def lstm(state: Any, z: Any) -> tuple[Any, None]:
        h, c = state
        i, f, g, o = jnp.split(z + h @ w, 4, -1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

    step: Any = {"rnn": rnn, "gru": gru, "lstm": lstm}[net.cell]
    state, _ = jax.lax.scan(step, (zeros, zeros) if net.cell == "lstm" else zeros, steps, unroll=UNROLLED)
    return (state[0] if net.cell == "lstm" else state) @ p["last/kernel"] + p["last/bias"]
