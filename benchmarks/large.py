"""Nets of today's larger kinds, small enough for a CPU: their parameters, by one name in all systems.

- transformer: 64 places of 64 numbers (or as many as there are inputs for), a dense layer and a learned vector for each place,
  two blocks of attention (4 heads) and a dense net of 256, normalization first; the mean over all places, the classes;
- resnet18: ResNet-18 for small images, 16 channels in its first stage; borders of strided windows as in Keras, at the end alone;
- encoder-decoder: gated recurrent units read 16 tokens, others write 16; attention to what was read, a dense layer, the tokens.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

WIDTH, HEADS, LENGTH, DEPTH = 64, 4, 64, 2
NORMALIZED = 1e-5  # epsilon of every normalization here
SIDE, CHANNELS, FILTERS = 32, 3, 16
MOMENTUM = 0.9  # of ResNet's moving averages
TOKENS, STEPS, EMBEDDED, UNITS = 32, 16, 64, 128
LARGE = ("transformer", "resnet18", "encoder-decoder")


def initial_values(net: str, inputs: int, classes: int, rng: np.random.Generator) -> dict[str, Array]:
    """Every parameter, "layer/weight", in the order of a forward pass, and what moves along without being trained."""
    if net == "transformer":
        return _transformer(inputs // WIDTH, classes, rng)
    return _resnet(classes, rng) if net == "resnet18" else _encoder_decoder(rng)


def data(samples: int, rng: np.random.Generator) -> dict[str, Array]:
    """Of encoder-decoder: tokens to read, those to write one step behind, and those to write: what was read, backwards.

    A fifth is noise, so that the loss stays away from zero.
    """
    source = rng.integers(1, TOKENS, (samples, STEPS))
    answer = np.where(rng.random(source.shape) < 0.2, rng.integers(1, TOKENS, source.shape), source[:, ::-1])
    behind = np.concatenate([np.zeros((samples, 1), np.int64), answer[:, :-1]], axis=1)
    return {"source": source, "target": behind, "y": answer}


def blocks() -> list[tuple[str, int, int, int]]:
    """Of ResNet: each block's name, the channels it sees and makes, and its strides."""
    found, seen = [], FILTERS
    for stage, number in product(range(4), range(2)):
        made = FILTERS * 2**stage
        found.append((f"block_{stage + 1}_{number + 1}", seen, made, 2 if stage and not number else 1))
        seen = made
    return found


def _matrix(rng: np.random.Generator, *shape: int) -> Array:
    return rng.normal(0.0, 1 / np.sqrt(np.prod(shape[:-1])), shape).astype(np.float32)


def _dense(rng: np.random.Generator, name: str, *shape: int) -> dict[str, Array]:
    return {f"{name}/kernel": _matrix(rng, *shape), f"{name}/bias": np.zeros(shape[-1], np.float32)}


def _scale(name: str, features: int) -> dict[str, Array]:
    return {f"{name}/gamma": np.ones(features, np.float32), f"{name}/beta": np.zeros(features, np.float32)}


def _transformer(places: int, classes: int, rng: np.random.Generator) -> dict[str, Array]:
    values = _dense(rng, "entry", WIDTH, WIDTH)
    values["positions/position_embeddings"] = rng.normal(0.0, 0.1, (places, WIDTH)).astype(np.float32)
    for block in range(DEPTH):
        values |= _scale(f"attention_norm{block}", WIDTH)
        values |= _dense(rng, f"qkv{block}", WIDTH, 3 * WIDTH)
        values |= _dense(rng, f"attention_output{block}", WIDTH, WIDTH)
        values |= _scale(f"dense_norm{block}", WIDTH)
        values |= _dense(rng, f"hidden{block}", WIDTH, 4 * WIDTH)
        values |= _dense(rng, f"out{block}", 4 * WIDTH, WIDTH)
    return values | _dense(rng, "last", WIDTH, classes)


def _resnet(classes: int, rng: np.random.Generator) -> dict[str, Array]:
    values: dict[str, Array] = {}

    def normalized(name: str, normalization: str, *shape: int) -> None:
        values[f"{name}/kernel"] = _matrix(rng, *shape) * np.float32(np.sqrt(2))
        values.update(_scale(normalization, shape[-1]))
        values[f"{normalization}/moving_mean"] = np.zeros(shape[-1], np.float32)
        values[f"{normalization}/moving_variance"] = np.ones(shape[-1], np.float32)

    normalized("stem", "stem_normalization", 3, 3, CHANNELS, FILTERS)
    for name, seen, made, strides in blocks():
        normalized(f"{name}_convolution_1", f"{name}_normalization_1", 3, 3, seen, made)
        normalized(f"{name}_convolution_2", f"{name}_normalization_2", 3, 3, made, made)
        if strides > 1:
            normalized(f"{name}_shortcut", f"{name}_normalization_3", 1, 1, seen, made)
    return values | _dense(rng, "output", 8 * FILTERS, classes)


def _encoder_decoder(rng: np.random.Generator) -> dict[str, Array]:
    values: dict[str, Array] = {}
    for side, reader in (("source", "encoder"), ("target", "decoder")):
        values[f"{side}/embeddings"] = rng.normal(0.0, 0.5, (TOKENS, EMBEDDED)).astype(np.float32)
        values[f"{reader}/kernel"] = _matrix(rng, EMBEDDED, 3 * UNITS)
        values[f"{reader}/recurrent_kernel"] = _matrix(rng, UNITS, 3 * UNITS)
        values[f"{reader}/bias"] = np.zeros((2, 3 * UNITS), np.float32)
    return values | _dense(rng, "combined", 2 * UNITS, UNITS) | _dense(rng, "answer", UNITS, TOKENS)
