"""JAX: a compiled step; for epochs a compiled scan over the shuffled batches."""

import sys

import jax
import jax.numpy as jnp
import numpy as np

data, epochs = np.load(sys.argv[1]), int(sys.argv[2])
x, y = jnp.asarray(data["x"]), jnp.asarray(data["y"], jnp.int32)
rng = np.random.default_rng(0)


def loss(p, x, y):
    logits = jax.nn.relu(x @ p[0] + p[1]) @ p[2] + p[3]
    return -jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], 1).mean()


def step(state, rows):
    p, m, v, t = state
    grads = jax.grad(loss)(p, x[rows], y[rows])
    t = t + 1
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, grads)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, grads)
    rate = 0.002 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    return (jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-7), p, m, v), m, v, t), None


p = [jnp.asarray(rng.normal(0, 0.15, (64, 100)), jnp.float32), jnp.zeros(100)]
p += [jnp.asarray(rng.normal(0, 0.1, (100, 10)), jnp.float32), jnp.zeros(10)]
state = (p, jax.tree.map(jnp.zeros_like, p), jax.tree.map(jnp.zeros_like, p), jnp.zeros((), jnp.int32))
if epochs == 0:
    state, _ = jax.jit(step)(state, jnp.arange(32))
else:
    epoch = jax.jit(lambda state, batches: jax.lax.scan(step, state, batches), donate_argnums=0)
    whole = len(x) // 32 * 32
    for _ in range(epochs):
        state, _ = epoch(state, jnp.asarray(rng.permutation(len(x))[:whole].reshape(-1, 32)))
p = jax.block_until_ready(state)[0]
answers = np.asarray((jax.nn.relu(jnp.asarray(data["x_test"]) @ p[0] + p[1]) @ p[2] + p[3]).argmax(1)) if epochs else None
print(np.mean(answers == data["y_test"]) if epochs else 0.0)
