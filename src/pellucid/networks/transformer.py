"""Transformers: blocks of attention and dense layers, as encoders of whole sequences or as readers from left to right."""

from __future__ import annotations

from typing import Any

from pellucid.errors import ArgumentError
from pellucid.layers import (
    Dense,
    Embedding,
    GlobalAveragePooling1D,
    Input,
    Layer,
    LayerNormalization,
    PositionEmbedding,
    Reshape,
    TransformerBlock,
)
from pellucid.models import Sequential
from pellucid.networks.build import register

_HEAD = 16  # features of a head where the number of heads is not given


@register("transformer", "transformer:64,2")
def transformer(text: str, input_shape: tuple[int, ...]) -> list[Layer]:
    """An encoder for whole sequences: ``64,2`` is two blocks of width 64; the rows of a picture are its steps.

        projection to the width -> places and blocks, see `blocks` -> mean over the steps

    Raises:
        ArgumentError: the text is not right, see `blocks`; or a sample is no sequence.
    """
    if len(input_shape) not in (1, 2, 3):
        raise ArgumentError(f"It takes sequences (steps, features) or pictures. Received samples of shape {input_shape}.")
    rows: list[Layer] = []
    if len(input_shape) == 1:  # numbers one by one
        rows = [Reshape((input_shape[0], 1), name="steps")]
    elif len(input_shape) == 3:  # a picture with channels: its rows
        rows = [Reshape((input_shape[0], input_shape[1] * input_shape[2]), name="rows")]
    width, made = blocks(text or "64,2", input_shape[0])
    return [*rows, Dense(width, name="projection"), *made, GlobalAveragePooling1D(name="mean")]


def blocks(text: str, length: int, causal: bool = False, dropout: float = 0.0) -> tuple[int, list[Layer]]:
    """The width, and the layers that take vectors of it to others: places added, blocks, normalization.

    Args:
        text: ``64,2``: two blocks of width 64 with heads of 16; or ``8,64,2``, where the number of heads stands first.
        length: the longest sequence.
        causal: whether each step sees only those before it and itself.
        dropout: in each block, while training.

    Raises:
        ArgumentError: the text is not two or three positive integers, or the heads do not divide the width.
    """
    heads, width, depth = _sizes(text)
    made: list[Layer] = [PositionEmbedding(length, "random_normal", add=True, name="positions")]
    for number in range(1, depth + 1):
        size: dict[str, Any] = {"num_heads": heads, "key_dim": width // heads, "intermediate_dim": 4 * width}
        made.append(TransformerBlock(**size, dropout=dropout, use_causal_mask=causal, name=f"block_{number}"))
    return width, [*made, LayerNormalization(name="normalization")]


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
    >>> model.compute_output_shape((None, 6))
    (None, 6, 10)
    """
    width, made = blocks(f"{heads},{width},{depth}", length, causal=True, dropout=dropout)
    first: list[Any] = [Input((length,), dtype="int64"), Embedding(vocabulary, width, "random_normal", name="tokens")]
    return Sequential([*first, *made, Dense(vocabulary, name="output")], name="transformer_decoder")


def _sizes(text: str) -> tuple[int, int, int]:
    """Heads, width and depth."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) not in (2, 3) or not all(part.isascii() and part.isdigit() and int(part) > 0 for part in parts):
        raise ArgumentError(
            f"Width and depth, or heads, width and depth, must be positive integers with commas between. Received {text!r}."
        )
    *given, width, depth = map(int, parts)
    heads = given[0] if given else width // _HEAD
    if heads == 0 or width % heads or (not given and width % _HEAD):
        rule = "The heads must divide the width" if given else f"The width must be a multiple of {_HEAD}, the width of a head"
        raise ArgumentError(f"{rule}. Received {text!r}.")
    return heads, width, depth
