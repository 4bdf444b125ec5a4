"""Attention: for each query a mean of values, weighted by how well their keys fit it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid import ops
from pellucid.arguments import flag, real
from pellucid.autodiff import Tensor, as_tensor
from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers.random_layer import RandomLayer
from pellucid.layers.room import require_room

_LOWEST = -1e9  # a score this low has no weight beside any other


class AttentionLayer(RandomLayer):
    """Base of `Attention` and `AdditiveAttention`, which differ in how they score a key against a query.

    weights = softmax over the keys of score(query, key)        output = weights value
    """

    def __init__(self, use_scale: bool, dropout: float, seed: int | None, **layer: Any) -> None:
        super().__init__(seed, **layer)
        self.use_scale = flag(type(self).__name__, "use_scale", use_scale)
        self.dropout = real(type(self).__name__, "dropout", dropout, at_least=0, below=1)

    @abstractmethod
    def scores(self, query: Tensor, key: Tensor) -> Tensor:
        """(batch, queries, keys) of (batch, queries, features) and (batch, keys, features)."""

    def __call__(self, inputs: Any, *more: Any, training: bool | None = None, mask: Any = None, **settings: Any) -> Any:
        given = more if mask is None else (_pair_of_masks(self.name, mask),)
        return super().__call__(inputs, *given, training=training, **settings)

    def call(
        self,
        inputs: Any,
        given_mask: Any = None,
        training: bool = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        query, value, key = self._checked(inputs)
        query_mask, value_mask = given_mask if given_mask is not None else (query.mask, value.mask)
        query_mask, value_mask = (as_booleans(self.name, m, x) for m, x in ((query_mask, query), (value_mask, value)))
        stream = self.stream("dropout") if training and self.dropout else None
        arguments = (query, value, key, value_mask, use_causal_mask, stream)
        outputs = None if return_attention_scores else self.fused(*arguments)
        weights = None
        if outputs is None:
            if use_causal_mask:
                require_room(self.name, "causal mask's places", (query.shape[1], value.shape[1]), np.bool_)
            visible = as_tensor(np.tri(query.shape[1], value.shape[1], dtype=np.bool_)[None]) if use_causal_mask else None
            if value_mask is not None:
                there = value_mask.reshape((-1, 1, value.shape[1]))
                visible = there if visible is None else ops.logical_and(there, visible)
            weights = masked_softmax(self.scores(query, key), visible)
            outputs = ops.matmul(weights if stream is None else ops.dropout(weights, self.dropout, *stream), value)
        if query_mask is not None:
            outputs = outputs * ops.cast(query_mask, outputs.dtype).reshape((-1, query.shape[1], 1))
            outputs.mask = query_mask
        return (outputs, weights) if return_attention_scores else outputs

    def fused(
        self, query: Tensor, value: Tensor, key: Tensor, mask: Tensor | None, causal: bool, stream: tuple[int, Tensor] | None
    ) -> Tensor | None:
        """The outputs by one operation, where there is one for these scores."""
        return None

    def _checked(self, inputs: Any) -> tuple[Tensor, Tensor, Tensor]:
        if not isinstance(inputs, list | tuple) or len(inputs) not in (2, 3):
            received = f"{len(inputs)} tensors" if isinstance(inputs, list | tuple) else f"one of shape {inputs.shape}"
            raise ArgumentError(
                f'{type(self).__name__} "{self.name}": pass [query, value] or [query, value, key]. Received {received}.'
            )
        if not all(isinstance(x, Tensor) for x in inputs):
            raise ArgumentError(f'{type(self).__name__} "{self.name}": pass query, value and key as arrays, not as nested lists.')
        query, value, *rest = inputs
        key = rest[0] if rest else value
        shapes = f"Received query {query.shape}, value {value.shape}, key {key.shape}."
        if not query.ndim == value.ndim == key.ndim == 3:
            raise ShapeError(f'{type(self).__name__} "{self.name}": each input must be (batch, steps, features). {shapes}')
        if query.shape[2] != key.shape[2]:
            raise ShapeError(f'{type(self).__name__} "{self.name}": query and key must have as many features. {shapes}')
        if value.shape[1] != key.shape[1] or value.shape[1] == 0:
            raise ShapeError(f'{type(self).__name__} "{self.name}": there must be a key for each value, at least one. {shapes}')
        return query, value, key

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "use_scale": self.use_scale, "dropout": self.dropout}


class Attention(AttentionLayer):
    r"""Attention by products: a key fits a query as far as it points the same way.

        output_i = sum_j softmax_j(score(q_i, k_j)) v_j

        score = scale q . k                           score_mode "dot" (Luong et al. 2015)
        score = weight sum tanh(scale (q + k))        score_mode "concat"

    Shapes: a list [query, value] or [query, value, key]: query (batch, queries, features), value (batch, keys, ...), key (batch,
    keys, features), by default the value -> (batch, queries, value's features). Parameters: none; scale and weight are numbers.

    Args:
        use_scale: whether there is a scale to learn, 1 at first.
        score_mode: "dot" or "concat".
        dropout: share of the weights that are dropped while training.
        seed: in place of the model's.
        layer: see `Layer`.

    When called: ``layer([q, v], mask=[query_mask, value_mask], return_attention_scores=..., use_causal_mask=...)``. A mask is
    (batch, steps), or None; those that the inputs carry count where none is given. Values that are masked get no weight; outputs
    of queries that are masked are 0. Where every value of a sample is masked the output is 0, never NaN (Keras: some mean of
    them). With ``use_causal_mask`` a query sees the keys up to its own place. With ``return_attention_scores`` the weights,
    (batch, queries, keys), are returned as well.

    Raises:
        ArgumentError: an argument is out of its range; when called: not two or three tensors are given.
        ShapeError: when called: the shapes do not fit each other.

    Source: Luong, Pham and Manning, "Effective approaches to attention-based neural machine translation", 2015.

    >>> import numpy as np, pellucid as pl
    >>> query, value = np.float32([[[0.0, 9.0]]]), np.float32([[[1.0, 0.0], [0.0, 1.0]]])
    >>> pl.layers.Attention()([query, value]).numpy().round(3)  # nearly all of the second
    array([[[0., 1.]]], dtype=float32)
    """

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: float = 0.0,
        seed: int | None = None,
        **layer: Any,
    ) -> None:
        super().__init__(use_scale, dropout, seed, **layer)
        if score_mode not in ("dot", "concat"):
            raise ArgumentError(f"Attention: score_mode must be 'dot' or 'concat'. Received {score_mode!r}.")
        self.score_mode = score_mode

    def build(self, input_shape: Any) -> None:
        if self.use_scale:
            self.scale = self.add_weight((), "ones", name="scale")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight((), "ones", name="concat_score_weight")

    def fused(
        self, query: Tensor, value: Tensor, key: Tensor, mask: Tensor | None, causal: bool, stream: tuple[int, Tensor] | None
    ) -> Tensor | None:
        if self.score_mode != "dot":
            return None
        asking = query * self.scale if self.use_scale else query
        rate, (name, clock) = (0.0, (0, (0, 0))) if stream is None else (self.dropout, stream)
        return ops.scaled_dot_product_attention(asking, key, value, 1, 1.0, None, mask, None, causal, rate, name, clock)

    def scores(self, query: Tensor, key: Tensor) -> Tensor:
        if self.score_mode == "dot":
            products = ops.matmul(query, ops.transpose(key, (0, 2, 1)))
            return products * self.scale if self.use_scale else products
        pairs = sums_of_pairs(query, key)
        return self.concat_score_weight * ops.sum(ops.tanh(pairs * self.scale if self.use_scale else pairs), axis=-1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "score_mode": self.score_mode}


class AdditiveAttention(AttentionLayer):
    r"""Attention by a small network: how well a key fits a query is learned.

        output_i = sum_j softmax_j(score(q_i, k_j)) v_j        score = sum_d scale_d tanh(q_d + k_d)

    Shapes and calls as of `Attention`; scale (features,). The matrices of the paper, W q + U k, are dense layers before this one.

    Args:
        use_scale: whether there is a scale to learn; all 1 without.
        dropout: share of the weights that are dropped while training.
        seed: in place of the model's.
        layer: see `Layer`.

    Raises:
        ArgumentError, ShapeError: as of `Attention`.

    Source: Bahdanau, Cho and Bengio, "Neural machine translation by jointly learning to align and translate", 2014.

    >>> import numpy as np, pellucid as pl
    >>> query, value = np.zeros((2, 5, 4)), np.ones((2, 3, 4))
    >>> output, weights = pl.layers.AdditiveAttention()([query, value], return_attention_scores=True)
    >>> output.shape, weights.shape
    ((2, 5, 4), (2, 5, 3))
    """

    def __init__(self, use_scale: bool = True, dropout: float = 0.0, *, seed: int | None = None, **layer: Any) -> None:
        super().__init__(use_scale, dropout, seed, **layer)

    def build(self, input_shape: Any) -> None:
        if self.use_scale:
            self.scale = self.add_weight((input_shape[0][-1],), "glorot_uniform", name="scale")

    def scores(self, query: Tensor, key: Tensor) -> Tensor:
        fits = ops.tanh(sums_of_pairs(query, key))
        return ops.sum(fits * self.scale if self.use_scale else fits, axis=-1)


def sums_of_pairs(query: Tensor, key: Tensor) -> Tensor:
    """(batch, queries, keys, features): each query plus each key."""
    return ops.expand_dims(query, 2) + ops.expand_dims(key, 1)


def masked_softmax(scores: Tensor, visible: Tensor | None) -> Tensor:
    """Softmax over the last axis among what is visible; 0 elsewhere, and everywhere where nothing is."""
    if visible is None:
        return ops.softmax(scores)
    hidden = ops.where(visible, scores, np.asarray(_LOWEST, scores.dtype))
    return ops.softmax(hidden) * ops.cast(visible, scores.dtype)


def as_booleans(name: str, mask: Any, steps: Tensor) -> Tensor | None:
    """The mask of a sequence.

    Raises:
        ShapeError: it does not fit the sequence.
    """
    if mask is None:
        return None
    found = as_tensor(mask)
    if found.shape != steps.shape[:2]:
        raise ShapeError(f"{name}: a mask must be (batch, steps), {steps.shape[:2]}. Received {found.shape}.")
    return found if found.dtype == np.bool_ else found != 0


def _pair_of_masks(name: str, mask: Any) -> list[Any]:
    if not isinstance(mask, Sequence) or len(mask) not in (2, 3):
        raise ArgumentError(f"{name}: mask must be [query_mask, value_mask], each None or (batch, steps). Received {mask!r:.80}.")
    return list(mask[:2])
