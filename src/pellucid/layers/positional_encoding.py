"""Positional encodings: what tells attention, which sees a set, where in the sequence a step stands."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid import constraints, initializers, ops, regularizers
from pellucid.arguments import flag, integer, real
from pellucid.autodiff import Tensor
from pellucid.autodiff.spec import Shape
from pellucid.errors import ShapeError
from pellucid.layers.layer import Layer
from pellucid.layers.room import require_room


class SinePositionEncoding(Layer):
    r"""Waves of many lengths, of which each place has its own values; nothing to learn. Add them to the embeddings.

        y[t, 2 i] = sin(t / max_wavelength^(2 i / features))        y[t, 2 i + 1] = cos(t / max_wavelength^(2 i / features))

    A shift by some steps is a rotation of each pair, the same at every place. Name and meaning are Keras Hub's, but for ``add``.

    Shapes: (batch, time, features) -> the same.

    Args:
        max_wavelength: of the slowest pair, over 2 pi; > 0.
        add: whether the result is the inputs plus the encoding, as a layer in a stack gives it, or the encoding alone.
        layer: see `Layer`.

    Source: Vaswani et al., "Attention is all you need", 2017.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.SinePositionEncoding()(np.zeros((1, 3, 2))).numpy().round(3)  # sin t, cos t
    array([[[ 0.   ,  1.   ],
            [ 0.841,  0.54 ],
            [ 0.909, -0.416]]], dtype=float32)
    """

    supports_masking = True

    def __init__(self, max_wavelength: float = 10000, add: bool = False, **layer: Any) -> None:
        super().__init__(**layer)
        self.add = flag("SinePositionEncoding", "add", add)
        self.max_wavelength = real("SinePositionEncoding", "max_wavelength", max_wavelength, above=0)

    def call(self, inputs: Tensor) -> Tensor:
        _require_steps(self, inputs.shape)
        require_room(self.name, "waves", inputs.shape[1:], np.float64)
        waves = sinusoids(inputs.shape[1], inputs.shape[2], self.max_wavelength).astype(self.dtype)
        return ops.positions(inputs, waves, self.add)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "max_wavelength": self.max_wavelength, "add": self.add}


class PositionEmbedding(Layer):
    r"""A vector to learn for each place, the same for all samples. Add it to the embeddings.

        y[t] = position_embeddings[t]

    Shapes: (batch, time, features) -> the same; position_embeddings (sequence_length, features). Name and meaning are Keras
    Hub's, but for ``add``.

    Args:
        sequence_length: the longest sequence there is, >= 1.
        initializer: first values.
        embeddings_regularizer: a penalty.
        embeddings_constraint: what the vectors are held to after each update.
        add: whether the result is the inputs plus the vectors, as a layer in a stack gives it, or the vectors alone.
        layer: see `Layer`.

    Raises:
        ArgumentError: sequence_length is not a positive integer.
        ShapeError: when called: the sequence is longer.

    Source: Gehring et al., "Convolutional sequence to sequence learning", 2017.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.PositionEmbedding(10)(np.zeros((2, 3, 4))).shape
    (2, 3, 4)
    """

    supports_masking = True

    def __init__(
        self,
        sequence_length: int,
        initializer: Any = "glorot_uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        add: bool = False,
        **layer: Any,
    ) -> None:
        super().__init__(**layer)
        self.add = flag("PositionEmbedding", "add", add)
        self.sequence_length = integer("PositionEmbedding", "sequence_length", sequence_length, at_least=1)
        self.initializer = initializers.get(initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)

    def build(self, input_shape: Shape) -> None:
        _require_steps(self, input_shape)
        self.position_embeddings = self.add_weight(
            (self.sequence_length, input_shape[-1]),
            self.initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
            name="position_embeddings",
        )

    def call(self, inputs: Tensor) -> Tensor:
        _require_steps(self, inputs.shape)
        if (time := inputs.shape[1]) > self.sequence_length:
            raise ShapeError(
                f'PositionEmbedding "{self.name}": it knows {self.sequence_length} places. Received a sequence of {time}. Cut it '
                "or build the layer for longer ones."
            )
        return ops.positions(inputs, self.position_embeddings, self.add)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "sequence_length": self.sequence_length,
            "initializer": initializers.serialize(self.initializer),
            "embeddings_regularizer": regularizers.serialize(self.embeddings_regularizer),
            "embeddings_constraint": constraints.serialize(self.embeddings_constraint),
            "add": self.add,
        }


def sinusoids(time: int, features: int, max_wavelength: float = 10000) -> npt.NDArray[np.float64]:
    """The waves of `SinePositionEncoding`, (time, features).

    >>> sinusoids(2, 4).round(3)
    array([[0.   , 1.   , 0.   , 1.   ],
           [0.841, 0.54 , 0.01 , 1.   ]])
    """
    pairs = np.arange(features) // 2
    angles = np.arange(time)[:, None] * max_wavelength ** (-2.0 * pairs / max(features, 1))
    waves: npt.NDArray[np.float64] = np.where(np.arange(features) % 2 == 0, np.sin(angles), np.cos(angles))
    return waves


def _require_steps(layer: Layer, shape: Shape) -> None:
    if len(shape) != 3 or any(n == None for n in shape[1:]):  # noqa: E711 an open axis equals None
        raise ShapeError(f'{type(layer).__name__} "{layer.name}": the input must be (batch, time, features). Received {shape}.')
