"""TransformerBlock: attention, then a small dense network, each around a path that leaves the input as it is."""

from __future__ import annotations

from typing import Any

from pellucid import activations
from pellucid.arguments import flag, integer, real
from pellucid.autodiff import Tensor
from pellucid.autodiff.spec import Shape
from pellucid.errors import ShapeError
from pellucid.layers.dense import Dense
from pellucid.layers.dropout import Dropout
from pellucid.layers.layer import Layer
from pellucid.layers.layer_normalization import LayerNormalization
from pellucid.layers.multi_head_attention import MultiHeadAttention


class TransformerBlock(Layer):
    r"""One block of a Transformer, with the normalization first ("pre-norm", which trains without a warm-up of the rate).

        h = x + dropout(attention(normalize(x)))
        y = h + dropout(W2 f(W1 normalize(h) + b1) + b2)

    Composed of `LayerNormalization`, `MultiHeadAttention`, `Dense` and `Dropout`; nothing else is in it.

    Shapes: (batch, steps, features) -> the same. Steps that the mask of the input hides are seen by none.

    Args:
        num_heads: of the attention, >= 1.
        key_dim: length of a head's queries, keys and values; most often features / num_heads.
        intermediate_dim: units of the hidden dense layer; most often four times the features.
        activation: f, by name or as a function.
        dropout: share dropped from what both parts add, and of the attention's weights, while training.
        use_causal_mask: whether a step sees only those before it and itself: for models of the next token.
        layer_norm_epsilon: of the normalizations.
        layer: see `Layer`.

    Raises:
        ArgumentError: an argument is out of its range.
        ShapeError: the input is no sequence of vectors.

    Source: Vaswani et al., "Attention is all you need", 2017; the order is that of Radford et al. 2019 (GPT-2).

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.TransformerBlock(num_heads=2, key_dim=4, intermediate_dim=32)(np.zeros((3, 5, 8))).shape
    (3, 5, 8)
    """

    supports_masking = True

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        intermediate_dim: int,
        activation: Any = "gelu",
        dropout: float = 0.0,
        use_causal_mask: bool = False,
        layer_norm_epsilon: float = 1e-5,
        **layer: Any,
    ) -> None:
        super().__init__(**layer)
        owner = "TransformerBlock"
        self.num_heads = integer(owner, "num_heads", num_heads, at_least=1)
        self.key_dim = integer(owner, "key_dim", key_dim, at_least=1)
        self.intermediate_dim = integer(owner, "intermediate_dim", intermediate_dim, at_least=1)
        self.activation = activations.get(activation)
        self.dropout = real(owner, "dropout", dropout, at_least=0, below=1)
        self.use_causal_mask = flag(owner, "use_causal_mask", use_causal_mask)
        self.layer_norm_epsilon = real(owner, "layer_norm_epsilon", layer_norm_epsilon, above=0)
        kind: dict[str, Any] = {"dtype": self.dtype}
        self.attention_norm = LayerNormalization(epsilon=layer_norm_epsilon, name="attention_norm", **kind)
        self.attention = MultiHeadAttention(num_heads, key_dim, dropout=dropout, name="attention", **kind)
        self.dense_norm = LayerNormalization(epsilon=layer_norm_epsilon, name="dense_norm", **kind)
        self.hidden = Dense(intermediate_dim, self.activation, name="hidden", **kind)
        self.attention_dropout = Dropout(dropout, name="attention_dropout", **kind)
        self.dense_dropout = Dropout(dropout, name="dense_dropout", **kind)

    def build(self, input_shape: Shape) -> None:
        if len(input_shape) != 3:
            raise ShapeError(
                f'TransformerBlock "{self.name}": the input must be (batch, steps, features). Received {input_shape}.'
            )
        self.out = Dense(int(input_shape[-1]), name="out", dtype=self.dtype)
        self.attention_norm.build(input_shape)
        self.attention.build(input_shape)
        self.dense_norm.build(input_shape)
        self.hidden.build(input_shape)
        self.out.build((*input_shape[:-1], self.intermediate_dim))

    def call(self, inputs: Tensor) -> Tensor:
        normal = self.attention_norm(inputs)
        seen = self.attention(normal, normal, use_causal_mask=self.use_causal_mask)
        h = inputs + self.attention_dropout(seen)
        changed = self.dense_dropout(self.out(self.hidden(self.dense_norm(h))))
        outputs: Tensor = h + changed
        return outputs

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "key_dim": self.key_dim,
            "intermediate_dim": self.intermediate_dim,
            "activation": activations.serialize(self.activation),
            "dropout": self.dropout,
            "use_causal_mask": self.use_causal_mask,
            "layer_norm_epsilon": self.layer_norm_epsilon,
        }
