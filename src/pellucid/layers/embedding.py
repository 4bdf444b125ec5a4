"""Embedding: a vector for each integer."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from pellucid import constraints, initializers, ops, regularizers
from pellucid.arguments import flag, integer
from pellucid.autodiff import Tensor
from pellucid.errors import ArgumentError
from pellucid.layers.layer import Layer

_WHOLE_AS_FLOAT = 2**24  # up to here every integer is a float32


class Embedding(Layer):
    """A learned vector for each integer, such as for each word or category.

        y[...] = embeddings[x[...]]

    Shapes: x (batch, ...) of integers -> (batch, ..., output_dim); embeddings (input_dim, output_dim).

    Differs from Keras: an id out of range is an error (Keras on JAX answers NaN); no LoRA, no quantization.

    Args:
        input_dim: how many integers there are: ids are from 0 to input_dim - 1.
        output_dim: length of each vector.
        embeddings_initializer: first values, by name or object.
        embeddings_regularizer: a penalty, by name or object.
        embeddings_constraint: what the vectors are held to after each update.
        mask_zero: whether id 0 is padding: recurrent layers pass over such steps.
        weights: the table itself, (input_dim, output_dim), such as from vectors that were trained before.
        layer: see `Layer`.

    Raises:
        ArgumentError: an argument is out of its range.
        DataError: when called, or in training: an id is not from 0 to input_dim - 1. Where a `Sequential` or functional model
            hands data on to it as they are: one is not whole.

    >>> import numpy as np, pellucid as pl
    >>> layer = pl.layers.Embedding(3, 2, weights=[[0.0, 0.5], [1.0, 1.5], [2.0, 2.5]])
    >>> layer(np.array([[2, 0]])).numpy()
    array([[[2. , 2.5],
            [0. , 0.5]]], dtype=float32)
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        weights: npt.ArrayLike | None = None,
        **layer: Any,
    ) -> None:
        super().__init__(**layer)
        self.input_dim = integer("Embedding", "input_dim", input_dim, at_least=1)
        self.output_dim = integer("Embedding", "output_dim", output_dim, at_least=1)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = flag("Embedding", "mask_zero", mask_zero)
        if weights is not None:
            self.build(None)
            self.built = True
            self.set_weights(list(weights) if isinstance(weights, list) and len(weights) == 1 else [weights])

    @property
    def _takes_ids(self) -> bool:
        return True

    def build(self, input_shape: Any) -> None:
        self.embeddings = self.add_weight(
            (self.input_dim, self.output_dim),
            self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
            name="embeddings",
        )

    def call(self, inputs: Tensor) -> Tensor:
        if inputs.spec.is_float and self.input_dim > _WHOLE_AS_FLOAT:
            raise ArgumentError(
                f'Embedding "{self.name}": ids up to {self.input_dim - 1} do not fit into {inputs.dtype}. Begin the model with '
                "Input(shape, dtype='int64')."
            )
        outputs = ops.embedding(inputs, self.embeddings)
        if self.mask_zero:
            outputs.mask = inputs != 0
        return outputs

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "input_dim": self.input_dim,
            "output_dim": self.output_dim,
            "embeddings_initializer": initializers.serialize(self.embeddings_initializer),
            "embeddings_regularizer": regularizers.serialize(self.embeddings_regularizer),
            "embeddings_constraint": constraints.serialize(self.embeddings_constraint),
            "mask_zero": self.mask_zero,
        }
