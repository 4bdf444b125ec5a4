"""The training step in JAX, shared by the two ways to run it."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from benchmarks import nets
from benchmarks.systems import jax_nets
from benchmarks.workloads import Problem, Workload

Tree = Any


def initial_state(problem: Problem) -> Tree:
    """Parameters, and for Adam the step and both moments."""
    if problem.workload.net != "relu":
        return jax_nets.initial_state(problem)
    parameters = [(jnp.array(w), jnp.array(b)) for w, b in problem.weights]
    if problem.workload.optimizer == "sgd":
        return (parameters,)
    return (
        parameters,
        jnp.zeros((), jnp.int32),
        jax.tree.map(jnp.zeros_like, parameters),
        jax.tree.map(jnp.zeros_like, parameters),
    )


def batches(problem: Problem) -> tuple[Any, Any]:
    """All batches, stacked: inputs (with columns of categories: a tuple of them) and labels."""
    x, y = jnp.asarray(problem.x_batches), jnp.asarray(problem.y_batches, jnp.int32)
    return (x, *(jnp.asarray(c, jnp.int32) for c in problem.column_batches)) if problem.columns else x, y


def step(workload: Workload, state: Tree, batch: tuple[Any, Any], *, dropout: bool = True) -> tuple[Tree, Any]:
    """One step: the new state and the loss before it."""
    if workload.net != "relu":
        return jax_nets.step(workload, state, batch, nets.DROPPED if dropout else 0.0)
    loss, grads = jax.value_and_grad(_loss)(state[0], *batch)
    if workload.optimizer == "sgd":
        return (jax.tree.map(lambda p, g: p - workload.rate * g, state[0], grads),), loss
    return _adam(workload, state, grads), loss


def _loss(parameters: Tree, x: Any, y: Any) -> Any:
    *hidden, last = parameters
    for w, b in hidden:
        x = jax.nn.relu(x @ w + b)
    logits = x @ last[0] + last[1]
    # A comparison with all classes: on a CPU faster than a gather, whose derivative is a scatter.
    chosen = jnp.where(y[:, None] == jnp.arange(logits.shape[-1]), jax.nn.log_softmax(logits), 0)
    return -chosen.sum() / x.shape[0]


def _adam(workload: Workload, state: Tree, grads: Tree) -> Tree:
    parameters, t, m, v = state
    b1, b2 = workload.beta_1, workload.beta_2
    t = t + 1
    m = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, m, grads)
    v = jax.tree.map(lambda v, g: b2 * v + (1 - b2) * g * g, v, grads)
    rate = workload.rate * jnp.sqrt(1 - b2**t) / (1 - b1**t)
    parameters = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + workload.epsilon), parameters, m, v)
    return parameters, t, m, v
