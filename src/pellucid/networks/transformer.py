"""Transformers: blocks of attention and dense layers, as encoders of whole sequences or as readers from left to right."""

from __future__ import annotations

from typing import Any

from pellucid.errors import ArgumentError
from pellucid.layers import (
    Dense,
    Embedding,
    GlobalAveragePooling1D,
    Layer,
    LayerNormalization,
    PositionEmbedding,
    Reshape,
    TransformerBlock,
)
from pellucid.layers.input import InputLayer
from pellucid.models import Sequential
from pellucid.networks.build import register


@register("transformer", "transformer:4,64,2")
def transformer(text: str, input_shape: tuple[int, ...]) -> list[Layer]:
    """An encoder for whole sequences: ``4,64,2`` is 4 heads, 64 features, 2 blocks. The rows of a picture are its steps.

        projection to the features, plus a vector for each place -> blocks -> normalization -> mean over the steps

    Raises:
        ArgumentError: the text is not three positive integers, the heads do not divide the features, or a sample is no sequence.
    """
    heads, width, depth = _sizes(text or "4,64,2")
    if len(input_shape) not in (1, 2, 3):
        raise ArgumentError(f"It takes sequences (steps, features) or pictures. Received samples of shape {input_shape}.")
    rows = []
    if len(input_shape) == 1:  # numbers one by one
        rows = [Reshape((input_shape[0], 1), name="steps")]
    elif len(input_shape) == 3:  # a picture with channels: its rows
        rows = [Reshape((input_shape[0], input_shape[1] * input_shape[2]), name="rows")]
    return [
        *rows,
        Dense(width, name="projection"),
        PositionEmbedding(input_shape[0], "random_normal", add=True, name="positions"),
        *(TransformerBlock(heads, width // heads, 4 * width, name=f"block_{i}") for i in range(1, depth + 1)),
        LayerNormalization(name="normalization"),
        GlobalAveragePooling1D(name="mean"),
    ]


def transformer_decoder(
    vocabulary: int, length: int, heads: int = 4, width: int = 64, depth: int = 2, dropout: float = 0.0
) -> Sequential:
    """A model of the next token: each step sees those before it and itself, as in GPT; logits for every step.

        embedding plus a vector for each place -> causal blocks -> normalization -> dense

    Shapes: ids (batch, length) -> (batch, length, vocabulary). Train it on texts shifted by one, with
    ``SparseCategoricalCrossentropy(from_logits=True)``.

    Args:
        vocabulary: number of tokens.
        length: of the sequences.
        heads, width, depth: of the blocks; heads divide the width.
        dropout: in each block, while training.

    Raises:
        ArgumentError: a size is not a positive integer, or the heads do not divide the width.

    Source: Radford et al., "Improving language understanding by generative pre-training", 2018.

    >>> model = transformer_decoder(vocabulary=10, length=6, heads=2, width=8, depth=1)
    >>> model.output_shape
    (None, 6, 10)
    """
    heads, width, depth = _sizes(f"{heads},{width},{depth}")
    block: dict[str, Any] = {"dropout": dropout, "use_causal_mask": True}
    return Sequential(
        [
            InputLayer((length,), dtype="int64"),
            Embedding(vocabulary, width, "random_normal", name="tokens"),
            PositionEmbedding(length, "random_normal", add=True, name="positions"),
            *(TransformerBlock(heads, width // heads, 4 * width, **block, name=f"block_{i}") for i in range(1, depth + 1)),
            LayerNormalization(name="normalization"),
            Dense(vocabulary, name="output"),
        ],
        name="transformer_decoder",
    )


def _sizes(text: str) -> tuple[int, int, int]:
    """Heads, width and depth."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and int(part) > 0 for part in parts):
        raise ArgumentError(f"Heads, width and depth must be three positive integers with commas between. Received {text!r}.")
    heads, width, depth = map(int, parts)
    if width % heads:
        raise ArgumentError(f"The heads must divide the width. Received {heads} heads and a width of {width}.")
    return heads, width, depth
