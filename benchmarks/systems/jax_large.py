"""The nets of ``benchmarks.large`` in JAX."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from benchmarks import large

Tree = Any


def answers(net: str, p: Tree, moving: Tree, x: Any) -> tuple[Any, Tree]:
    """Logits of one batch, and what has moved."""
    if net == "resnet18":
        return _resnet(p, moving, x)
    return (_transformer(p, x) if net == "transformer" else _encoder_decoder(p, *x[1:])), moving


def _dense(p: Tree, name: str, x: Any) -> Any:
    return x @ p[f"{name}/kernel"] + p[f"{name}/bias"]


def _scaled(p: Tree, name: str, x: Any, mean: Any, variance: Any) -> Any:
    return (x - mean) * (jax.lax.rsqrt(variance + large.NORMALIZED) * p[f"{name}/gamma"]) + p[f"{name}/beta"]


def _layer_norm(p: Tree, name: str, x: Any) -> Any:
    return _scaled(p, name, x, x.mean(-1, keepdims=True), x.var(-1, keepdims=True))


def _transformer(p: Tree, x: Any) -> Any:
    batch, length, heads = x.shape[0], x.shape[1] // large.WIDTH, large.HEADS
    h = _dense(p, "entry", x.reshape(batch, length, -1)) + p["positions/position_embeddings"]
    for block in range(large.DEPTH):
        qkv = _dense(p, f"qkv{block}", _layer_norm(p, f"attention_norm{block}", h))
        q, k, v = jnp.moveaxis(qkv.reshape(batch, length, 3, heads, -1), 2, 0)
        seen = jax.nn.dot_product_attention(q, k, v).reshape(batch, length, -1)
        h = h + _dense(p, f"attention_output{block}", seen)
        hidden = jax.nn.gelu(_dense(p, f"hidden{block}", _layer_norm(p, f"dense_norm{block}", h)), approximate=False)
        h = h + _dense(p, f"out{block}", hidden)
    return _dense(p, "last", h.mean(1))


def _resnet(p: Tree, moving: Tree, x: Any) -> tuple[Any, Tree]:
    moved: Tree = {}

    def normalized(name: str, normalization: str, x: Any, strides: int = 1) -> Any:
        kernel = p[f"{name}/kernel"]
        y = jax.lax.conv_general_dilated(x, kernel, (strides, strides), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
        mean, variance = y.mean((0, 1, 2)), y.var((0, 1, 2))
        for which, value in (("moving_mean", mean), ("moving_variance", variance)):
            key = f"{normalization}/{which}"
            moved[key] = large.MOMENTUM * moving[key] + (1 - large.MOMENTUM) * value
        return _scaled(p, normalization, y, mean, variance)

    x = jax.nn.relu(normalized("stem", "stem_normalization", x.reshape(-1, large.SIDE, large.SIDE, large.CHANNELS)))
    for name, _, _, strides in large.blocks():
        y = jax.nn.relu(normalized(f"{name}_convolution_1", f"{name}_normalization_1", x, strides))
        y = normalized(f"{name}_convolution_2", f"{name}_normalization_2", y)
        x = normalized(f"{name}_shortcut", f"{name}_normalization_3", x, strides) if strides > 1 else x
        x = jax.nn.relu(x + y)
    return _dense(p, "output", x.mean((1, 2))), moved


def _gru(p: Tree, name: str, x: Any, state: Any) -> tuple[Any, Any]:
    recurrent, (_, bias) = p[f"{name}/recurrent_kernel"], p[f"{name}/bias"]
    projected = x @ p[f"{name}/kernel"] + p[f"{name}/bias"][0]  # of all steps at once

    def one(h: Any, now: Any) -> tuple[Any, Any]:
        update, reset, new = jnp.split(now, 3, -1)
        kept, turned, seen = jnp.split(h @ recurrent + bias, 3, -1)
        z, r = jax.nn.sigmoid(update + kept), jax.nn.sigmoid(reset + turned)
        h = z * h + (1 - z) * jnp.tanh(new + r * seen)
        return h, h

    state, outputs = jax.lax.scan(one, state, projected.swapaxes(0, 1))
    return outputs.swapaxes(0, 1), state


def _encoder_decoder(p: Tree, source: Any, target: Any) -> Any:
    memory, state = _gru(p, "encoder", p["source/embeddings"][source], jnp.zeros((source.shape[0], large.UNITS)))
    outputs, _ = _gru(p, "decoder", p["target/embeddings"][target], state)
    weights = jax.nn.softmax(jnp.einsum("bqd,bkd->bqk", outputs, memory))
    both = jnp.concatenate([outputs, jnp.einsum("bqk,bkd->bqd", weights, memory)], -1)
    return _dense(p, "answer", jnp.tanh(_dense(p, "combined", both)))
