"""The nets of ``benchmarks.large`` by Pellucid's layers."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

import numpy as np

import pellucid as pl
from benchmarks import large
from benchmarks.workloads import Array, Problem, Workload
from pellucid import layers, networks


def build(workload: Workload) -> pl.Model:
    """The net, not compiled."""
    if workload.net == "resnet18":
        return networks.resnet18((large.SIDE, large.SIDE, large.CHANNELS), workload.sizes[-1], width=large.FILTERS)
    return _transformer(workload) if workload.net == "transformer" else _encoder_decoder()


def loss(net: str) -> pl.losses.Loss:
    """ResNet ends in a softmax, the others in its arguments."""
    return pl.losses.SparseCategoricalCrossentropy(from_logits=net != "resnet18")


def restore(model: pl.Model, problem: Problem) -> None:
    """The initial values, in the model's order."""
    for weight, value in zip_longest(model.weights, _values(problem)):
        weight.assign(value.reshape(weight.shape))


def samples(problem: Problem) -> list[Array]:
    """What the model takes."""
    if problem.workload.net == "resnet18":
        return [problem.x.reshape(-1, large.SIDE, large.SIDE, large.CHANNELS)]
    return [problem.x] if problem.workload.net == "transformer" else list(problem.columns)


def _values(problem: Problem) -> list[Array]:
    """Queries, keys and values have a matrix each here."""
    found: list[Array] = []
    parameters = problem.parameters
    for name, value in parameters.items():
        if not name.startswith("qkv"):
            found.append(value)
        elif name.endswith("kernel"):
            kernels, biases = np.split(value, 3, axis=1), np.split(parameters[name.replace("kernel", "bias")], 3)
            found += [array for pair in zip(kernels, biases, strict=True) for array in pair]
    return found


def _transformer(workload: Workload) -> pl.Model:
    x = pl.Input((workload.sizes[0],))
    places = workload.sizes[0] // large.WIDTH
    h = layers.Dense(large.WIDTH)(layers.Reshape((places, large.WIDTH))(x))
    h = layers.PositionEmbedding(places, add=True)(h)
    for _ in range(large.DEPTH):
        h = layers.TransformerBlock(
            large.HEADS, large.WIDTH // large.HEADS, 4 * large.WIDTH, layer_norm_epsilon=large.NORMALIZED
        )(h)
    return pl.Model(x, layers.Dense(workload.sizes[-1])(layers.GlobalAveragePooling1D()(h)))


def _encoder_decoder() -> pl.Model:
    """As `pellucid.networks.encoder_decoder`, for sequences that are all of full length."""
    settings: dict[str, Any] = {"return_sequences": True, "return_state": True}
    question, answer = (pl.Input((large.STEPS,), dtype="int64") for _ in range(2))
    memory, *states = layers.GRU(large.UNITS, **settings)(layers.Embedding(large.TOKENS, large.EMBEDDED)(question))
    written = layers.Embedding(large.TOKENS, large.EMBEDDED)(answer)
    outputs, *_ = layers.GRU(large.UNITS, **settings)(written, initial_state=states)
    both = layers.Concatenate()([outputs, layers.Attention()([outputs, memory])])
    return pl.Model([question, answer], layers.Dense(large.TOKENS)(layers.Dense(large.UNITS, "tanh")(both)))
