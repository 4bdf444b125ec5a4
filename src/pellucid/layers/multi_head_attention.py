"""MultiHeadAttention: several attentions side by side, each with projections of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid import constraints, initializers, ops, regularizers
from pellucid.arguments import flag, integer, real
from pellucid.autodiff import Tensor, as_tensor
from pellucid.autodiff.spec import Shape
from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers.attention import as_booleans, masked_softmax
from pellucid.layers.projection import Projection
from pellucid.layers.random_layer import RandomLayer
from pellucid.layers.room import require_room

_TENSORS = ("query", "value", "key", "query_mask", "value_mask", "key_mask", "attention_mask")
_WEIGHTS = tuple(f"{part}_{what}" for what in ("initializer", "regularizer", "constraint") for part in ("kernel", "bias"))


class MultiHeadAttention(RandomLayer):
    r"""Attention in several subspaces at once.

        head_h = softmax(Q_h K_h^T / sqrt(key_dim)) V_h        output = [head_1 ... head_n] W + b

        Q_h, K_h, V_h = query W^Q_h + b^Q_h, key W^K_h + b^K_h, value W^V_h + b^V_h

    Shapes: query (batch, queries, features), value and key (batch, keys, ...) -> (batch, queries, output_shape). Kernels of query
    and key (features, heads, key_dim), of value (features, heads, value_dim), of the output (heads, value_dim, output_shape).

    Args:
        num_heads: number of heads, >= 1.
        key_dim: length of a head's queries and keys, >= 1.
        value_dim: length of a head's values; key_dim where absent.
        dropout: share of the weights that are dropped while training.
        use_bias: whether the projections have biases.
        output_shape: length of the outputs; the query's where absent.
        attention_axes: 1, the steps; other axes are not served.
        kernel_initializer, bias_initializer: first values of all projections.
        kernel_regularizer, bias_regularizer, activity_regularizer: penalties; the last of the output.
        kernel_constraint, bias_constraint: what weights are held to after each update.
        seed: in place of the model's, for dropout.
        layer: see `Layer`.

    When called: ``layer(query, value, key=None, query_mask=..., value_mask=..., key_mask=..., attention_mask=...,
    return_attention_scores=False, training=None, use_causal_mask=False)``; the key is the value where absent, and the value the
    query (so the layer may stand in a `Sequential`, which Keras' may not). Masks of steps are
    (batch, steps); those that the inputs carry count where none is given. attention_mask is (batch, queries, keys), or 1 in place
    of the first two: false hides a key from a query. With ``use_causal_mask`` a query sees the keys up to its own place. A query
    that sees no key gets heads of 0, and so the output's bias, never NaN (Keras: some mean of hidden values); so do queries that
    are masked themselves. The output carries the query's mask. Scores are (batch, heads, queries, keys), before dropout.

    Raises:
        ArgumentError: an argument is out of its range.
        ShapeError: when called: the shapes do not fit each other.

    Source: Vaswani et al., "Attention is all you need", 2017.

    >>> import numpy as np, pellucid as pl
    >>> layer = pl.layers.MultiHeadAttention(num_heads=2, key_dim=3)
    >>> y, scores = layer(np.ones((4, 5, 6)), np.ones((4, 7, 8)), return_attention_scores=True)
    >>> y.shape, scores.shape
    ((4, 5, 6), (4, 2, 5, 7))
    """

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: int | Sequence[int] | None = None,
        attention_axes: int | Sequence[int] | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        seed: int | None = None,
        **layer: Any,
    ) -> None:
        super().__init__(seed, activity_regularizer=activity_regularizer, **layer)
        owner = "MultiHeadAttention"
        self.num_heads = integer(owner, "num_heads", num_heads, at_least=1)
        self.key_dim = integer(owner, "key_dim", key_dim, at_least=1)
        self.value_dim = self.key_dim if value_dim is None else integer(owner, "value_dim", value_dim, at_least=1)
        self.dropout = real(owner, "dropout", dropout, at_least=0, below=1)
        self.use_bias = flag(owner, "use_bias", use_bias)
        self.output_shape = _one_length(output_shape)
        if attention_axes not in (None, 1, (1,), [1]):
            raise ArgumentError(
                f"{owner}: attention_axes must be 1, the steps of (batch, steps, features). Received {attention_axes!r}. Bring "
                "other axes into that shape with Reshape and Permute."
            )
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.query_dense = self._projection("query", self.key_dim)
        self.key_dense = self._projection("key", self.key_dim)
        self.value_dense = self._projection("value", self.value_dim)

    def _projection(self, name: str, size: int) -> Projection:
        return self._joined(name, (), (self.num_heads, size))

    def _joined(self, name: str, outer: tuple[int, ...], inner: tuple[int, ...]) -> Projection:
        weights = {setting: getattr(self, setting) for setting in _WEIGHTS}
        return Projection(outer, inner, self.use_bias, weights, name=name, dtype=self.dtype)

    def build(self, query_shape: Shape, value_shape: Shape | None = None, key_shape: Shape | None = None) -> None:
        """Make the weights for inputs of these shapes; a value like the query, and a key like the value, where absent."""
        value_shape = query_shape if value_shape is None else value_shape
        self._check(query_shape, value_shape, value_shape if key_shape is None else key_shape)
        inputs = (query_shape, value_shape if key_shape is None else key_shape, value_shape)
        for projection, shape in zip((self.query_dense, self.key_dense, self.value_dense), inputs, strict=True):
            if not projection.built:
                projection.build(shape)
        length = query_shape[-1] if self.output_shape is None else self.output_shape
        self.output_dense = self._joined("attention_output", (self.num_heads, self.value_dim), (int(length),))
        self.output_dense.build((*query_shape[:-1], self.num_heads * self.value_dim))

    def _build_once(self, arguments: tuple[Any, ...]) -> None:
        if not self.built:
            query, *others = (None if x is None else x.shape for x in arguments[:3])
            assert query is not None
            self.build(query, *others)
            if not self._trainable:
                self.trainable = False

    def __call__(self, *inputs: Any, training: bool | None = None, **named: Any) -> Any:
        if len(inputs) > len(_TENSORS):
            raise ArgumentError(f"{self.name}: pass at most {', '.join(_TENSORS)} by position. Received {len(inputs)} arguments.")
        given = dict(zip(_TENSORS, inputs, strict=False))
        for name in _TENSORS:
            if name in named:
                if name in given:
                    raise ArgumentError(f"{self.name}: {name} was given by position and by name.")
                given[name] = named.pop(name)
        if given.get("query") is None:
            raise ArgumentError(f"{self.name}: pass a query and a value, or a sequence that attends to itself.")
        last = max(i for i, name in enumerate(_TENSORS) if given.get(name) is not None)
        return super().__call__(*(given.get(name) for name in _TENSORS[: last + 1]), training=training, **named)

    def call(
        self,
        query: Tensor,
        value: Tensor | None = None,
        key: Tensor | None = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        training: bool = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        value = query if value is None else value
        self._check(query.shape, value.shape, value.shape if key is None else key.shape)
        asking = as_booleans(self.name, query.mask if query_mask is None else query_mask, query)
        hidden = as_booleans(self.name, value.mask if value_mask is None else value_mask, value)
        if key is not None and key is not value:
            of_key = as_booleans(self.name, key.mask if key_mask is None else key_mask, key)
            if of_key is not None:
                hidden = of_key if hidden is None else ops.logical_and(hidden, of_key)
        pairs = None if attention_mask is None else self._pairs(attention_mask, query.shape, value.shape)
        q, v = self.query_dense(query), self.value_dense(value)
        k = self.key_dense(value if key is None else key)
        rate, stream, clock = (self.dropout, *self.stream("dropout")) if training and self.dropout else (0.0, 0, (0, 0))
        joined = ops.scaled_dot_product_attention(
            *(q, k, v, self.num_heads, self.key_dim**-0.5, asking, hidden, pairs, use_causal_mask, rate, stream, clock)
        )
        outputs = self.output_dense(joined)
        outputs.mask = asking
        if not return_attention_scores:
            return outputs
        return outputs, self._scores(q, k, _visible(q, k, asking, hidden, pairs, use_causal_mask))

    def _scores(self, q: Tensor, k: Tensor, visible: Tensor | None) -> Tensor:
        """The heads' weights, as an output of their own."""
        by_heads = [ops.transpose(ops.reshape(x, (-1, x.shape[1], self.num_heads, self.key_dim)), (0, 2, 1, 3)) for x in (q, k)]
        products = ops.matmul(by_heads[0], ops.transpose(by_heads[1], (0, 1, 3, 2)))
        return masked_softmax(ops.rescale(products, self.key_dim**-0.5), visible)

    def _pairs(self, mask: Any, query: Shape, value: Shape) -> Tensor:
        """An attention mask as (batch or 1, queries or 1, keys)."""
        found = as_tensor(mask)
        found = found if found.dtype == np.bool_ else found != 0
        shape = found.shape
        if len(shape) == 2:
            shape = (1, *shape)
        elif len(shape) == 4 and shape[1] == 1:
            shape = (shape[0], *shape[2:])
        fits = len(shape) == 3 and shape[0] in (1, query[0]) and shape[1] in (1, query[1]) and shape[2] == value[1]
        if not fits:
            raise ShapeError(
                f'MultiHeadAttention "{self.name}": attention_mask must be (batch, queries, keys), '
                f"{(query[0], query[1], value[1])}, or 1 in place of the first two. Received {found.shape}."
            )
        return found if shape == found.shape else ops.reshape(found, shape)

    def _check(self, query: Shape, value: Shape, key: Shape) -> None:
        received = f"Received query {query}, value {value}, key {key}."
        if not len(query) == len(value) == len(key) == 3:
            raise ShapeError(f'MultiHeadAttention "{self.name}": each input must be (batch, steps, features). {received}')
        if value[1] != key[1] or value[1] == 0:
            raise ShapeError(f'MultiHeadAttention "{self.name}": there must be a key for each value, at least one. {received}')

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "key_dim": self.key_dim,
            "value_dim": self.value_dim,
            "dropout": self.dropout,
            "use_bias": self.use_bias,
            "output_shape": self.output_shape,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
        }


def _visible(
    q: Tensor, k: Tensor, asking: Tensor | None, hidden: Tensor | None, pairs: Tensor | None, causal: bool
) -> Tensor | None:
    """All masks as one, (batch or 1, 1, queries or 1, keys); None where nothing is hidden."""
    queries, keys = q.shape[1], k.shape[1]
    masks = []
    if causal:
        require_room("MultiHeadAttention", "causal mask's places", (queries, keys), np.bool_)
        masks.append(as_tensor(np.tri(queries, keys, dtype=np.bool_)[None, None]))
    if asking is not None:
        masks.append(ops.reshape(asking, (-1, 1, queries, 1)))
    if hidden is not None:
        masks.append(ops.reshape(hidden, (-1, 1, 1, keys)))
    if pairs is not None:
        masks.append(ops.expand_dims(pairs, 1))
    found = None
    for mask in masks:
        found = mask if found is None else ops.logical_and(found, mask)
    return found


def _one_length(output_shape: Any) -> int | None:
    """``output_shape`` as a number; Keras takes a tuple of one, too."""
    if output_shape is None:
        return None
    if isinstance(output_shape, list | tuple) and len(output_shape) == 1:
        (output_shape,) = output_shape
    return integer("MultiHeadAttention", "output_shape", output_shape, at_least=1)
