"""Scaled dot-product attention of several heads, as one operation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.autodiff import Op, Spec, Tensor, as_tensor, promote
from pellucid.errors import ArgumentError, ShapeError
from pellucid.kernels.call import Buffer, Call, Scratch, Share, all_float32, reads, writes
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.dropout import check_stream
from pellucid.ops.dtypes import floating
from pellucid.ops.scan import as_mask
from pellucid.random.streams import key_words, uniform

_FEWEST = 32  # queries in a block, for products of tiles that are full
_BLOCK = 16384  # weights that are at work at once: half of a second-level cache


@dataclass(frozen=True)
class ScaledDotProductAttention(Op):
    r"""Each query's mean of the values, weighted by the products with their keys; for each head by itself.

        y = p v        p = softmax(s)        s = scale q k^T, where a key is hidden from a query -inf

    With dropout, y = (p m / (1 - rate)) v, m as of `Dropout`. Where all keys are hidden from a query its weights and its output
    are 0. Backwards:

        dL/dv = p^T dL/dy        dL/dp = dL/dy v^T        dL/ds = p (dL/dp - sum dL/dp p)

        dL/dq = scale dL/ds k        dL/dk = scale dL/ds^T q

    Shapes: q (batch, queries, heads * size), k (batch, keys, heads * size), v (batch, keys, heads * values); query_mask (batch,
    queries) and key_mask (batch, keys): false hides; mask (batch or 1, queries or 1, keys): false hides a key from a query; an
    empty mask hides nothing; clock as of `Dropout` -> (batch, queries, heads * values). With ``causal`` a query sees the keys up
    to its own place alone. Saved: p, (batch, heads, queries, keys).

    Source: Vaswani et al., "Attention is all you need", 2017.
    """

    heads: int = 1
    scale: float = 1.0
    causal: bool = False
    rate: float = 0.0
    key: int = 0

    saves = ("weights",)

    def __post_init__(self) -> None:
        check_stream(self.rate, self.key)
        if self.heads < 1:
            raise ArgumentError(f"heads must be at least 1. Received {self.heads!r}.")

    def infer(self, q: Spec, k: Spec, v: Spec, query_mask: Spec, key_mask: Spec, mask: Spec, clock: Spec) -> Spec:
        received = f"Received query {q}, key {k}, value {v}."
        if not (q.ndim == k.ndim == v.ndim == 3 and q.is_float and k.is_float and v.is_float):
            raise ShapeError(f"query, key and value must be floats of shape (batch, steps, features). {received}")
        if not q.shape[0] == k.shape[0] == v.shape[0] or k.shape[1] != v.shape[1] or q.shape[2] != k.shape[2]:
            raise ShapeError(f"query and key must have as many features, key and value as many steps, all one batch. {received}")
        if k.shape[1] == 0:
            raise ShapeError(f"there must be at least one key. {received}")
        if q.shape[2] % self.heads or v.shape[2] % self.heads:
            raise ShapeError(f"the features must be a multiple of the {self.heads} heads. {received}")
        (batch, queries), keys = q.shape[:2], k.shape[1]
        for name, given, shapes in (
            ("query mask", query_mask, [(0, 0), (batch, queries)]),
            ("key mask", key_mask, [(0, 0), (batch, keys)]),
            ("mask", mask, [(0, 0, 0), *((b, t, keys) for b in (batch, 1) for t in (queries, 1))]),
        ):
            if given.dtype != np.bool_:
                raise ArgumentError(f"the {name} must be of booleans. Received {given}. Compare it: mask != 0.")
            if given.shape not in shapes:
                raise ShapeError(f"the {name} must have shape {' or '.join(map(str, shapes[1:]))}. Received {given}.")
        if clock.shape != (2,) or clock.dtype != np.int64:
            raise ShapeError(f"clock must be int64[2]: step and position. Received {clock}.")
        return Spec((batch, queries, v.shape[2]), promote(q.dtype, k.dtype, v.dtype))

    def infer_saved(self, q: Spec, k: Spec, v: Spec, *others: Spec) -> tuple[Spec, ...]:
        return (Spec((q.shape[0], self.heads, q.shape[1], k.shape[1]), promote(q.dtype, k.dtype, v.dtype)),)

    def forward(self, xp: Any, q: Any, k: Any, v: Any, query_mask: Any, key_mask: Any, mask: Any, clock: Any) -> Any:
        scores = self.scale * (self._by_heads(q) @ self._by_heads(k).swapaxes(-1, -2))
        visible = xp.ones((1, 1, *scores.shape[-2:]), np.bool_)
        if self.causal:
            visible = visible & xp.tri(*scores.shape[-2:], dtype=np.bool_)
        if query_mask.size:
            visible = visible & query_mask[:, None, :, None]
        if key_mask.size:
            visible = visible & key_mask[:, None, None, :]
        if mask.size:
            visible = visible & mask[:, None]
        scores = xp.where(visible, scores, -np.inf)
        top = xp.max(scores, axis=-1, keepdims=True)
        powers = xp.where(visible, xp.exp(scores - xp.where(top == -np.inf, 0, top)), 0)
        total = xp.sum(powers, axis=-1, keepdims=True)
        weights = (powers / xp.where(total == 0, 1, total)).astype(np.result_type(q, k, v))
        return self._together(self._dropped(xp, weights, clock) @ self._by_heads(v)), weights

    def backward(self, xp: Any, grad: Any, q: Any, k: Any, v: Any, clock: Any, weights: Any) -> Any:
        Q, K, V, G = (self._by_heads(x) for x in (q, k, v, grad))
        dV = self._dropped(xp, weights, clock).swapaxes(-1, -2) @ G
        dp = self._dropped(xp, G @ V.swapaxes(-1, -2), clock)
        ds = self.scale * weights * (dp - xp.sum(dp * weights, axis=-1, keepdims=True))
        return (*(self._together(d) for d in (ds @ K, ds.swapaxes(-1, -2) @ Q, dV)), None, None, None, None)

    def _by_heads(self, x: Any) -> Any:
        """(batch, heads, steps, size)."""
        return x.reshape((*x.shape[:2], self.heads, x.shape[2] // self.heads)).swapaxes(1, 2)

    def _together(self, x: Any) -> Any:
        """(batch, steps, heads * size)."""
        return x.swapaxes(1, 2).reshape((x.shape[0], x.shape[2], -1 if x.size else self.heads * x.shape[3]))

    def _dropped(self, xp: Any, weights: Any, clock: Any) -> Any:
        if self.rate == 0:
            return weights
        step, position = (int(n) for n in clock)
        batch, *others = weights.shape
        u = uniform(self.key, step, position, batch, int(np.prod(others))).reshape(weights.shape)
        return xp.where(u >= np.float32(self.rate), weights * (1 / (1 - self.rate)), 0)

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer, saved: Sequence[Buffer] = ()) -> Sequence[Call] | None:
        q, k, v, query_mask, key_mask, mask, clock = inputs
        if not all_float32(q, k, v, y):
            return None
        batch, times, keys = q.shape[0], q.shape[1], k.shape[1]
        block = self._block(times, keys)
        own = mask.size > 0 and mask.shape[0] == batch
        masks = (query_mask.size > 0, key_mask.size > 0)
        pairs = (mask.shape[1] * keys if own else 0, keys if mask.shape[1] == times else 0, mask.size > 0)
        weights = saved[0] if saved else Buffer((0,), np.float32, "weights")
        return [
            Call(
                "attention.forward",
                *self._sizes(q, v, block),
                *masks,
                *pairs,
                bool(saved),
                *(reads(x, Share.ROWS) for x in (q, k, v, query_mask, key_mask)),
                *(reads(mask, Share.ROWS if own else Share.ALL), reads(clock)),
                writes(Scratch(keys * (q.shape[2] // self.heads + 2 * block), "turned keys, weights")),
                *(writes(weights), writes(y)),
            )
        ]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        q, k, v, clock, weights = needed
        if not all_float32(grad, q, k, v, weights, *into):
            return None
        block = self._block(q.shape[1], k.shape[1])
        nowhere = [Buffer(x.shape, np.float32, "not asked for") for x in (q, k, v)]
        add = [wanted is not None and more for wanted, more in zip(into[:3], accumulate[:3], strict=True)]
        return [
            Call(
                "attention.backward",
                *self._sizes(q, v, block),
                *add,
                *(reads(x, Share.ROWS) for x in (grad, q, k, v)),
                *(reads(clock), reads(weights, Share.ROWS)),
                writes(Scratch(k.shape[1] * (v.shape[2] // self.heads + 2 * block), "turned values, slopes")),
                *(gradient_into(d or other, more) for d, other, more in zip(into[:3], nowhere, add, strict=True)),
            )
        ]

    def _sizes(self, q: Buffer, v: Buffer, block: int) -> tuple[int | float, ...]:
        """What both kernels begin with."""
        batch, times, features = q.shape
        sizes = (batch, times, v.shape[1], self.heads, features // self.heads, v.shape[2] // self.heads, block)
        return (*sizes, float(self.scale), self.causal, float(self.rate), *key_words(self.key))

    def _block(self, times: int, keys: int) -> int:
        """Queries that are taken at a time."""
        most = max(_FEWEST, _BLOCK // keys)
        if self.causal and times <= 4 * _FEWEST:  # what no query of a block sees is left out
            most = _FEWEST
        return max(1, min(times, most))


def scaled_dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    heads: int = 1,
    scale: float | None = None,
    query_mask: Any = None,
    key_mask: Any = None,
    mask: Any = None,
    is_causal: bool = False,
    rate: float = 0.0,
    stream: int = 0,
    clock: Any = (0, 0),
) -> Tensor:
    """``softmax(scale query key^T) value`` for each head; see `ScaledDotProductAttention`.

    Args:
        query, key, value: (batch, steps, heads * size).
        heads: how many parts the features have.
        scale: of the products, 1 / sqrt(size) where None.
        query_mask, key_mask: (batch, steps): false hides a step.
        mask: (batch, queries, keys), or 1 in place of the first two: false hides a key from a query.
        is_causal: whether a query sees the keys up to its own place alone.
        rate, stream, clock: of dropout on the weights; ``stream`` is the key of `dropout`.

    Raises:
        ShapeError: the shapes do not fit each other. ArgumentError: a mask is not of booleans, or a setting out of its range.

    >>> import pellucid as pl
    >>> keys, values = [[[9.0, 0.0], [0.0, 9.0]]], [[[1.0, 2.0], [3.0, 4.0]]]
    >>> pl.ops.scaled_dot_product_attention([[[0.0, 9.0]]], keys, values).numpy().round(3)
    array([[[3., 4.]]], dtype=float32)
    """
    query, key, value = floating(query, key, value)
    if scale is None:
        scale = 1.0 / max(query.shape[-1] // max(heads, 1), 1) ** 0.5 if query.ndim else 1.0
    pairs = np.zeros((0, 0, 0), np.bool_) if mask is None else as_mask(mask)
    op = ScaledDotProductAttention(heads, float(scale), is_causal, rate, stream)
    return op(query, key, value, as_mask(query_mask), as_mask(key_mask), pairs, as_tensor(clock))
