"""The training step in JAX, shared by the two ways to run it."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from benchmarks import nets
from benchmarks.systems import jax_nets
from benchmarks.workloads import ACCUMULATED, Problem, Workload

Tree = Any


def initial_state(problem: Problem) -> Tree:
    """Parameters, the number of the step, and what the rule keeps: none, one or two arrays for each."""
    if problem.workload.net != "relu":
        return jax_nets.initial_state(problem)
    parameters = [(jnp.array(w), jnp.array(b)) for w, b in problem.weights]
    kept = {"sgd": 0, "adam": 2}.get(problem.workload.optimizer, 1)
    first = ACCUMULATED if problem.workload.optimizer == "adagrad" else 0.0
    filled = (jax.tree.map(lambda p: jnp.full_like(p, first), parameters) for _ in range(kept))
    return (parameters, jnp.zeros((), jnp.int32), *filled)


def batches(problem: Problem) -> tuple[Any, Any]:
    """All batches, stacked: inputs (with columns of categories: a tuple of them) and labels."""
    x, y = jnp.asarray(problem.x_batches), jnp.asarray(problem.y_batches, jnp.int32)
    return (x, *(jnp.asarray(c, jnp.int32) for c in problem.column_batches)) if problem.columns else x, y


def step(workload: Workload, state: Tree, batch: tuple[Any, Any], *, dropout: bool = True) -> tuple[Tree, Any]:
    """One step: the new state and the loss before it."""
    if workload.net != "relu":
        return jax_nets.step(workload, state, batch, nets.DROPPED if dropout else 0.0)
    loss, grads = jax.value_and_grad(_loss)(state[0], *batch)
    parameters, t, *kept = state
    parameters, kept = _RULES[workload.optimizer](workload, parameters, t + 1, kept, grads)
    return (parameters, t + 1, *kept), loss


def _loss(parameters: Tree, x: Any, y: Any) -> Any:
    *hidden, last = parameters
    for w, b in hidden:
        x = jax.nn.relu(x @ w + b)
    logits = x @ last[0] + last[1]
    # A comparison with all classes: on a CPU faster than a gather, whose derivative is a scatter.
    chosen = jnp.where(y[:, None] == jnp.arange(logits.shape[-1]), jax.nn.log_softmax(logits), 0)
    return -chosen.sum() / x.shape[0]


def _sgd(workload: Workload, parameters: Tree, t: Any, kept: Tree, grads: Tree) -> tuple[Tree, Tree]:
    return jax.tree.map(lambda p, g: p - workload.rate * g, parameters, grads), []


def _momentum(workload: Workload, parameters: Tree, t: Any, kept: Tree, grads: Tree) -> tuple[Tree, Tree]:
    m = jax.tree.map(lambda m, g: workload.beta_1 * m + g, kept[0], grads)
    return jax.tree.map(lambda p, m: p - workload.rate * m, parameters, m), [m]


def _adagrad(workload: Workload, parameters: Tree, t: Any, kept: Tree, grads: Tree) -> tuple[Tree, Tree]:
    h = jax.tree.map(lambda h, g: h + g * g, kept[0], grads)
    return _scaled(workload, parameters, h, grads), [h]


def _rmsprop(workload: Workload, parameters: Tree, t: Any, kept: Tree, grads: Tree) -> tuple[Tree, Tree]:
    v = jax.tree.map(lambda v, g: workload.beta_2 * v + (1 - workload.beta_2) * g * g, kept[0], grads)
    return _scaled(workload, parameters, v, grads), [v]


def _scaled(workload: Workload, parameters: Tree, v: Tree, grads: Tree) -> Tree:
    return jax.tree.map(lambda p, v, g: p - workload.rate * g / (jnp.sqrt(v) + workload.epsilon), parameters, v, grads)


def _adam(workload: Workload, parameters: Tree, t: Any, kept: Tree, grads: Tree) -> tuple[Tree, Tree]:
    m, v = kept
    b1, b2 = workload.beta_1, workload.beta_2
    m = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, m, grads)
    v = jax.tree.map(lambda v, g: b2 * v + (1 - b2) * g * g, v, grads)
    rate = workload.rate * jnp.sqrt(1 - b2**t) / (1 - b1**t)
    parameters = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + workload.epsilon), parameters, m, v)
    return parameters, [m, v]


_RULES = {"sgd": _sgd, "momentum": _momentum, "adagrad": _adagrad, "rmsprop": _rmsprop, "adam": _adam}
