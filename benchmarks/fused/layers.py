"""Rows of what layers are made of: products, normalization, embedding, randomness, joining and cutting."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
from scipy.linalg.blas import sgemm

from benchmarks.fused.path import Path, Unfolded, planned
from benchmarks.fused.row import Array, Arrays, Row, Sizes, by_python, composed, labels, normal
from pellucid import ops
from pellucid.autodiff import Tensor
from pellucid.optimizers import SGD

_CLOCK = np.array([3, 10], np.int64)
_UNITS = 100


def rows() -> list[Row]:
    return [
        *_dense(),
        _by_columns(),
        _by_inputs(),
        *_tiles(),
        *_products(),
        *_normalization(),
        *_embedding(),
        *_randomness(),
        *_pieces(),
    ]


def _layer(sizes: Sizes) -> list[Array]:
    """x, w and b of a dense layer."""
    return [normal(sizes.batch, sizes.features), normal(sizes.features, _UNITS) / 20, normal(_UNITS)]


def _wide(sizes: Sizes) -> list[Array]:
    """Few inputs and many units, so that products do not hide the rest."""
    return [normal(sizes.batch, 32), normal(32, sizes.features) / 6, normal(sizes.features)]


def _dense() -> list[Row]:
    found = [by_python("Linear: three products and a sum", ops.linear, _layer)]
    for name in ("relu", "tanh", "sigmoid"):

        def fused(x: Tensor, w: Tensor, b: Tensor, name: str = name) -> Tensor:
            return ops.rescale(ops.linear(x, w, b, name), 0.5)

        def plain(x: Tensor, w: Tensor, b: Tensor, name: str = name) -> Tensor:
            return ops.rescale(getattr(ops, name)(ops.linear(x, w, b)), 0.5)

        found.append(composed(f"Linear with {name} on rows still in cache", f"Linear, then {name}", fused, plain, _wide))
    found += [
        _folded("a batch", _layer),
        _folded("a single sample", lambda sizes: _layer(Sizes(1, sizes.features))),
        _folded("a large matrix", _large),
    ]
    return found


def _large(sizes: Sizes) -> list[Array]:
    """A layer whose products are made in panels, whatever the sizes."""
    units = max(4 * sizes.features, 256)
    return [normal(sizes.batch, units), normal(units, units) / 45, normal(units)]


def _folded(size: str, layer: Arrays) -> Row:
    def with_rule(rule: object, sizes: Sizes) -> Path:
        x, w, b = layer(sizes)
        return planned(lambda w, b, x: ops.rescale(ops.linear(x, w, b), 0.5), [w, b], [x], rule=rule, rate=1e-6)

    return Row(
        f"SGD inside of the weight gradient's product, {size}",
        "product, then update",
        lambda sizes: with_rule(SGD(1e-6), sizes),
        lambda sizes: with_rule(Unfolded(SGD(1e-6)), sizes),
    )


def _by_columns() -> Row:
    """A matrix in panels, its columns shared by the ranks, against rows of the batch shared and the whole matrix left to BLAS."""

    def where_large_is(numbers: int, sizes: Sizes) -> Path:
        with patch("pellucid.ops.linear.LARGE", numbers):
            return planned(ops.linear, _large(sizes))

    return Row(
        "large Linear, in panels shared by columns",
        "in BLAS, shared by rows of the batch",
        lambda sizes: where_large_is(0, sizes),
        lambda sizes: where_large_is(1 << 62, sizes),
    )


def _by_inputs() -> Row:
    """A first layer's tall matrix, whose rows stay with the rank that trains them."""

    def when(tall: int, sizes: Sizes) -> Path:
        x, w, b = normal(sizes.batch, 2048), normal(2048, 100) / 45, normal(100)
        with patch("pellucid.engine.share_inputs._TALL", tall):
            step = SGD(1e-6)
            return planned(lambda w, b, x: ops.rescale(ops.linear(x, w, b), 0.5), [w, b], [x], rule=step, rate=1e-6, threads=2)

    return Row(
        "a tall matrix trained by two ranks that share its inputs",
        "the samples shared",
        lambda sizes: when(2, sizes),
        lambda sizes: when(1 << 62, sizes),
    )


def _tiles() -> list[Row]:
    """One rank against SciPy's sgemm, which kernels would call, on one thread. Row-major C = AB is C' = B'A'."""

    def forward(sizes: Sizes) -> Path:
        x, w, _ = _layer(sizes)
        return planned(lambda x, w: ops.matmul(x, w), inputs=[x, w], threads=1)

    def forward_by_blas(sizes: Sizes) -> Path:
        x, w, _ = _layer(sizes)
        y = np.empty((len(x), w.shape[1]), np.float32)
        return _blas(y, lambda: sgemm(1.0, w.T, x.T, c=y.T, overwrite_c=True))

    def gradient(batch: int | None, sizes: Sizes) -> Path:
        x, w, _ = _layer(Sizes(batch or sizes.batch, sizes.features))
        return planned(lambda w, x: ops.matmul(x, w), [w], [x], threads=1)

    def gradient_by_blas(batch: int | None, sizes: Sizes) -> Path:
        """Forward and the weight's gradient for dL/dy = 1, as ``gradient`` does."""
        x, w, _ = _layer(Sizes(batch or sizes.batch, sizes.features))
        y, d, dw = np.empty((len(x), w.shape[1]), np.float32), np.ones((len(x), w.shape[1]), np.float32), np.empty_like(w)

        def run() -> None:
            sgemm(1.0, w.T, x.T, c=y.T, overwrite_c=True)
            sgemm(1.0, d.T, x.T, trans_b=True, c=dw.T, overwrite_c=True)

        return _blas(y, run, dw)

    def chain(sizes: Sizes) -> Path:
        x, w, _ = _layer(Sizes(sizes.batch, 96))
        return planned(lambda x, w: ops.matmul(x, w), [x], [w], threads=1)

    def chain_by_blas(sizes: Sizes) -> Path:
        x, w, _ = _layer(Sizes(sizes.batch, 96))
        y, d, dx = np.empty((len(x), w.shape[1]), np.float32), np.ones((len(x), w.shape[1]), np.float32), np.empty_like(x)

        def run() -> None:
            sgemm(1.0, w.T, x.T, c=y.T, overwrite_c=True)
            sgemm(1.0, w.T, d.T, trans_a=True, c=dx.T, overwrite_c=True)

        return _blas(y, run, dx)

    return [
        Row(f"register tiles, x w with {_UNITS} columns", "SciPy's sgemm, one thread", forward, forward_by_blas),
        Row(
            f"register tiles, x w and x' d with {_UNITS} columns",
            "SciPy's sgemm, one thread",
            lambda s: gradient(None, s),
            lambda s: gradient_by_blas(None, s),
        ),
        Row("register tiles, x w and d w', of 96 columns", "SciPy's sgemm, one thread", chain, chain_by_blas),
        Row(
            "one sample: x w and x' d, line by line of the cache",
            "SciPy's sgemm, one thread",
            lambda s: gradient(1, s),
            lambda s: gradient_by_blas(1, s),
        ),
    ]


def _blas(y: Array, run: object, *gradients: Array) -> Path:
    def times(n: int) -> None:
        for _ in range(n):
            run()  # type: ignore[operator]

    return Path(times, lambda: [y, *gradients, np.zeros(y.shape[1:])])


def _products() -> list[Row]:
    return [
        by_python("MatMul", ops.MatMul(), lambda s: _layer(s)[:2]),
        by_python("MatMul, many small products", ops.MatMul(), lambda s: [normal(s.batch, 16, 24), normal(s.batch, 24, 16)]),
    ]


def _normalization() -> list[Row]:
    def vectors(s: Sizes) -> list[Array]:
        return [normal(s.batch, s.features), normal(s.features, seed=6), normal(s.features, seed=7)]

    def by_layer(x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
        centred = x - ops.mean(x, axis=-1, keepdims=True)
        return gamma * (centred / ops.sqrt(ops.mean(ops.square(centred), axis=-1, keepdims=True) + 1e-3)) + beta

    def by_root(x: Tensor, scale: Tensor) -> Tensor:
        return scale * (x / ops.sqrt(ops.mean(ops.square(x), axis=-1, keepdims=True) + 1e-3))

    def fused_batch(x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
        return ops.normalize(x, ops.moments(x), gamma, beta, 1e-3)

    def by_batch(x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
        centred = x - ops.mean(x, axis=0)
        return gamma * (centred / ops.sqrt(ops.mean(ops.square(centred), axis=0) + 1e-3)) + beta

    plain = "mean, square, sqrt and arithmetic"
    return [
        composed("LayerNormalization", plain, lambda x, g, b: ops.layer_normalization(x, g, b, 1e-3), by_layer, vectors),
        composed(
            "LayerNormalization by root mean square",
            plain,
            lambda x, g: ops.rms_normalization(x, g, 1e-3),
            by_root,
            lambda s: vectors(s)[:2],
        ),
        composed("BatchNormalization: Moments and Normalize", plain, fused_batch, by_batch, vectors),
        by_python("Moments and Normalize", fused_batch, vectors),
        by_python(
            "a layer's state, written by the program",
            lambda x: ops.rescale(x, 0.5),
            inputs=lambda s: [normal(s.features)],
            states={0: lambda x: ops.rescale(x, 0.5)},
        ),
    ]


def _embedding() -> list[Row]:
    entries = 1000

    def table(s: Sizes) -> list[Array]:
        return [normal(entries, 32)]

    def ids(s: Sizes) -> list[Array]:
        return [labels(entries, s.batch)]

    def fused(table: Tensor, ids: Tensor) -> Tensor:
        return ops.embedding(ids, table)

    def by_product(table: Tensor, ids: Tensor) -> Tensor:
        return ops.matmul(ops.one_hot(ids, entries, dtype="float32"), table)

    return [
        composed("Embedding", "take", fused, lambda table, ids: ops.take(table, ids, axis=0), table, ids),
        composed("Embedding, as a row is picked", "one-hot rows times the table", fused, by_product, table, ids),
    ]


def _randomness() -> list[Row]:
    one: Arrays = lambda s: [normal(s.batch, s.features)]  # noqa: E731
    clock: Arrays = lambda s: [_CLOCK]  # noqa: E731
    key = 2**63 + 12345
    return [
        by_python("Dropout, its mask made anew on the way back", ops.Dropout(0.3, key), one, clock),
        by_python("AlphaDropout", ops.AlphaDropout(0.3, key), one, clock),
        by_python("UniformRows", ops.UniformRows(64, 0.0, 1.0, key), inputs=lambda s: [normal(s.batch, s.features), _CLOCK]),
        by_python("NormalLike", ops.NormalLike(0.0, 1.0, key), inputs=lambda s: [normal(s.batch, s.features), _CLOCK]),
    ]


def _pieces() -> list[Row]:
    def parts(s: Sizes) -> list[Array]:
        return [normal(s.batch, s.features), normal(s.batch, 8, seed=6), normal(s.batch, 30, seed=7)]

    def rows_below(s: Sizes) -> list[Array]:
        return [normal(s.batch, s.features), normal(3, s.features)]

    return [
        by_python("Concatenate, the last axis", ops.Concatenate(-1), parts),
        by_python(
            "Concatenate, the first axis", ops.Concatenate(0), lambda s: [normal(s.batch, s.features), normal(3, s.features)]
        ),
        by_python("GetItem, some rows", lambda x: x[2:5], lambda s: [normal(s.batch, s.features)]),
        by_python("GetItem, some columns", lambda x: x[:, 2:5], lambda s: [normal(s.batch, s.features)]),
        by_python(
            "a second part of a gradient, added",
            lambda x, y: ops.concatenate([ops.reshape(x, (-1,)), ops.reshape(ops.reshape(x, (-1, 1)), (-1,))]) * y,
            lambda s: [normal(s.batch, s.features)],
            lambda s: [normal(2 * s.batch * s.features)],
        ),
    ]
