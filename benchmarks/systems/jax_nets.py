"""The training step of the nets of ``benchmarks.nets`` in JAX."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from benchmarks import large, nets
from benchmarks.recurrent import RECURRENT
from benchmarks.systems import jax_large, jax_recurrent
from benchmarks.workloads import Problem, Workload

Tree = Any


def initial_state(problem: Problem) -> Tree:
    """Parameters, what moves along, the step, both moments, and the key of the masks."""
    parameters = {name: jnp.array(value) for name, value in nets.trained(problem.parameters).items()}
    moving = {name: jnp.array(value) for name, value in nets.moving(problem.parameters).items()}
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    return parameters, moving, jnp.zeros((), jnp.int32), zeros, jax.tree.map(jnp.copy, zeros), jax.random.key(0, impl="rbg")


def step(workload: Workload, state: Tree, batch: tuple[Any, Any], dropped: float = nets.DROPPED) -> tuple[Tree, Any]:
    """One step: the new state and the loss before it."""
    p, moving, t, m, v, key = state
    t = t + 1
    now = jax.random.fold_in(key, t)
    (loss, moving), g = jax.value_and_grad(_loss, argnums=1, has_aux=True)(workload, p, moving, batch, now, dropped)
    if workload.net == "normalized":
        norm = jnp.sqrt(sum(jnp.vdot(x, x) for x in jax.tree.leaves(g)))
        g = jax.tree.map(lambda x: x * jnp.minimum(1.0, nets.GREATEST_NORM / norm), g)
        p = jax.tree.map(lambda x: x * (1 - workload.rate * nets.DECAY), p)
    b1, b2 = workload.beta_1, workload.beta_2
    m = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, m, g)
    v = jax.tree.map(lambda v, g: b2 * v + (1 - b2) * g * g, v, g)
    rate = workload.rate * jnp.sqrt(1 - b2**t) / (1 - b1**t)
    p = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + workload.epsilon), p, m, v)
    return (p, moving, t, m, v, key), loss


def _loss(workload: Workload, p: Tree, moving: Tree, batch: tuple[Any, Any], key: Any, dropped: float) -> tuple[Any, Tree]:
    x, y = batch
    if workload.net in large.LARGE:
        logits, moving = jax_large.answers(workload.net, p, moving, x)
    elif workload.net == "normalized":
        logits, moving = _normalized(p, moving, x, key, dropped)
    elif workload.net in RECURRENT:
        logits = jax_recurrent.logits(p, RECURRENT[workload.net], x)
    elif workload.net in nets.IMAGES:
        logits = _convolutional(p, nets.IMAGES[workload.net], x)
    else:
        logits = (_residual if workload.net == "residual" else _table)(p, x)
    chosen = jnp.where(y[..., None] == jnp.arange(logits.shape[-1]), jax.nn.log_softmax(logits), 0)
    return -chosen.sum() / y.size, moving


def _dense(p: Tree, name: str, x: Any) -> Any:
    return x @ p[f"{name}/kernel"] + p[f"{name}/bias"]


def _scaled(p: Tree, name: str, x: Any, mean: Any, variance: Any) -> Any:
    return (x - mean) * (jax.lax.rsqrt(variance + nets.EPSILON) * p[f"{name}/gamma"]) + p[f"{name}/beta"]


def _layer_norm(p: Tree, name: str, x: Any) -> Any:
    return _scaled(p, name, x, x.mean(-1, keepdims=True), x.var(-1, keepdims=True))


def _residual(p: Tree, x: Any) -> Any:
    h = _dense(p, "entry", x)
    for block in range(nets.BLOCKS):
        z = jax.nn.gelu(_dense(p, f"up{block}", _layer_norm(p, f"norm{block}", h)), approximate=False)
        h = h + _dense(p, f"down{block}", z)
    return _dense(p, "last", _layer_norm(p, "norm", h))


def _table(p: Tree, inputs: Any) -> Any:
    x, *columns = inputs
    picked = [p[f"column{i}/embeddings"][ids] for i, ids in enumerate(columns)]
    h = jax.nn.relu(_dense(p, "first", jnp.concatenate([x, *picked], -1)))
    return _dense(p, "last", jax.nn.relu(_dense(p, "second", h)))


def _normalized(p: Tree, moving: Tree, x: Any, key: Any, dropped: float) -> tuple[Any, Tree]:
    moved = {}
    for block in range(nets.BLOCKS):
        x = x @ p[f"dense{block}/kernel"]
        mean, variance = x.mean(0), x.var(0)
        for name, value in zip(nets.MOVING, (mean, variance), strict=True):
            moved[f"norm{block}/{name}"] = nets.MOMENTUM * moving[f"norm{block}/{name}"] + (1 - nets.MOMENTUM) * value
        x = jax.nn.relu(_scaled(p, f"norm{block}", x, mean, variance))
        if dropped:
            kept = jax.random.bernoulli(jax.random.fold_in(key, block), 1 - dropped, x.shape)
            x = jnp.where(kept, x / (1 - dropped), 0)
    return _dense(p, "last", x), moved


def _convolutional(p: Tree, net: nets.Convolutional, x: Any) -> Any:
    x = x.reshape(-1, net.side, net.side, net.channels)
    for i, (_, pooling) in enumerate(net.stages):
        kernel = p[f"convolution{i}/kernel"]
        around = [(net.padding(i), net.padding(i))] * 2
        x = jax.lax.conv_general_dilated(x, kernel, (1, 1), around, dimension_numbers=("NHWC", "HWIO", "NHWC"))
        x = jax.nn.relu(x + p[f"convolution{i}/bias"])
        if pooling:  # faster on a CPU than reduce_window, whose derivative is a scatter
            n, height, width, channels = x.shape
            pairs = x.reshape(n, height // 2, 2, width // 2, 2, channels)
            x = pairs.max((2, 4)) if pooling == "max" else pairs.mean((2, 4))
    x = x.reshape(x.shape[0], -1)
    return _dense(p, "last", jax.nn.relu(_dense(p, "hidden", x)))
