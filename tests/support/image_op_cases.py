"""Cases of the operations on images, for the shared tests of operations and of twins."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pellucid import ops
from pellucid.autodiff import Op
from pellucid.ops.fused_activation import FusedActivation
from tests.support.op_case import Array, Case

Generator = np.random.Generator
NONE = ((0, 0), (0, 0))

# (shape of x, shape of the kernel, strides, padding, dilation, groups)
GEOMETRIES = [
    ((3, 6, 5, 4), (3, 3, 4, 6), (1, 1), ((1, 1), (1, 1)), (1, 1), 1),
    ((2, 7, 7, 2), (2, 3, 1, 4), (2, 3), ((0, 1), (2, 0)), (2, 1), 2),  # strides, dilation, groups, uneven padding
    ((5, 4, 4, 3), (1, 1, 3, 20), (1, 1), NONE, (1, 1), 1),  # a dense layer at every place
    ((2, 5, 4, 3), (1, 1, 3, 2), (2, 2), NONE, (1, 1), 1),
    ((4, 5, 6, 6), (3, 2, 2, 9), (1, 2), ((1, 0), (0, 1)), (1, 2), 3),
    ((1, 1, 1, 1), (1, 1, 1, 1), (1, 1), NONE, (1, 1), 1),
    ((3, 9, 9, 3), (5, 5, 3, 33), (1, 1), ((2, 2), (2, 2)), (1, 1), 1),  # in register tiles, several pieces
    ((2, 3, 3, 2), (2, 2, 2, 3), (4, 4), NONE, (1, 1), 1),  # strides beyond the kernel
    ((2, 4, 5, 3), (2, 2, 1, 6), (1, 1), NONE, (1, 1), 3),  # depthwise
]
# (shape of x, size, strides, padding)
POOLS = [
    ((3, 6, 5, 4), (2, 2), (2, 2), NONE),
    ((2, 7, 7, 3), (3, 2), (2, 1), ((1, 1), (0, 1))),
    ((1, 1, 1, 1), (1, 1), (1, 1), NONE),
    ((5, 5, 6, 2), (3, 3), (1, 2), ((1, 1), (1, 1))),
]
# (shape of x, shape of the kernel, strides, padding that is cut off, rows and columns added, dilation)
TRANSPOSED = [
    ((2, 3, 4, 3), (3, 3, 5, 3), (1, 1), NONE, (0, 0), (1, 1)),
    ((3, 3, 2, 4), (3, 2, 2, 4), (2, 3), ((1, 0), (0, 0)), (1, 2), (1, 1)),
    ((1, 1, 1, 1), (1, 1, 1, 1), (1, 1), NONE, (0, 0), (1, 1)),
    ((2, 2, 3, 20), (2, 2, 18, 20), (2, 2), ((1, 1), (0, 1)), (0, 0), (2, 1)),  # in register tiles
    ((2, 2, 2, 2), (1, 2, 3, 2), (4, 4), NONE, (3, 0), (1, 1)),  # strides beyond the kernel
]


def filtered(x: tuple[int, ...], w: tuple[int, ...]) -> Callable[[Generator], tuple[Array, ...]]:
    """Images, a kernel whose sums are near 1, a bias."""
    scale = np.sqrt(np.prod(w[:3]))
    return lambda rng: (rng.normal(size=x), rng.normal(size=w) / scale, rng.normal(size=w[3]))


def painted(x: tuple[int, ...], w: tuple[int, ...]) -> Callable[[Generator], tuple[Array, ...]]:
    """Images, a kernel of a transposed convolution, a bias."""
    return lambda rng: (rng.normal(size=x), rng.normal(size=w) / np.sqrt(np.prod(w[:2]) * w[3]), rng.normal(size=w[2]))


def all_different(x: tuple[int, ...]) -> Callable[[Generator], tuple[Array, ...]]:
    """No two numbers of an image alike, so that each window has one maximum."""
    return lambda rng: (rng.permutation(int(np.prod(x))).reshape(x) / 10,)


def not_negative(x: tuple[int, ...]) -> Callable[[Generator], tuple[Array, ...]]:
    """All different and above 0, away from the kink of a norm and of a ReLU."""
    return lambda rng: (0.1 + rng.permutation(int(np.prod(x))).reshape(x) / 10,)


def of_either_sign(x: tuple[int, ...]) -> Callable[[Generator], tuple[Array, ...]]:
    return lambda rng: (rng.uniform(0.2, 2.0, x) * rng.choice([-1.0, 1.0], x),)


def with_clock(draw: Callable[[Generator], tuple[Array, ...]]) -> Callable[[Generator], tuple[Array, ...]]:
    return lambda rng: (*draw(rng), np.array([3, 10], np.int64))


def mapped(x: tuple[int, ...], *m: int) -> Callable[[Generator], tuple[Array, ...]]:
    """Images, and maps some of whose places lie outside; none of them on a place, where the derivative jumps."""

    def draw(rng: Generator) -> tuple[Array, ...]:
        near = np.array([0.9, 0.2, -0.35, -0.3, 1.1, 0.45])
        return rng.normal(size=x), near + rng.uniform(-0.04, 0.04, (*m, 6))

    return draw


# (shape of x, images with a map of their own, size, interpolation)
SAMPLED = [
    ((3, 4, 5, 2), (3,), (4, 5), "bilinear"),
    ((2, 3, 3, 1), (), (5, 2), "bilinear"),
    ((2, 1, 2, 3), (2,), (3, 4), "nearest"),
]

IMAGE_CASES: dict[type[Op], list[Case]] = {
    ops.Convolution: [
        Case(ops.Convolution(strides, padding, dilation, groups, activation), filtered(x, w), f"{activation.value} {x} {w}")
        for x, w, strides, padding, dilation, groups in GEOMETRIES
        for activation in (FusedActivation.LINEAR, FusedActivation.TANH)
    ],
    ops.MaxPooling: [Case(ops.MaxPooling(size, strides, pad), all_different(x), str(x)) for x, size, strides, pad in POOLS],
    ops.AveragePooling: [
        Case(ops.AveragePooling(size, strides, pad), all_different(x), str(x)) for x, size, strides, pad in POOLS
    ],
    ops.TransposedConvolution: [
        Case(ops.TransposedConvolution(strides, cut, more, dilation, activation), painted(x, w), f"{activation.value} {x} {w}")
        for x, w, strides, cut, more, dilation in TRANSPOSED
        for activation in (FusedActivation.LINEAR, FusedActivation.TANH)
    ],
    ops.Pad: [
        Case(ops.Pad(((0, 0), (1, 2), (0, 3), (0, 0))), all_different((3, 2, 4, 2)), "images"),
        Case(ops.Pad(((1, 0), (0, 2))), all_different((2, 3)), "matrix"),
    ],
    ops.Crop: [
        Case(ops.Crop(((0, 0), (1, 2), (0, 3), (0, 0))), all_different((3, 4, 5, 2)), "images"),
        Case(ops.Crop(((1, 0), (0, 2))), all_different((2, 3)), "matrix"),
    ],
    ops.UpSampling: [
        Case(ops.UpSampling((2, 3)), all_different((2, 3, 2, 2)), "nearest"),
        Case(ops.UpSampling((3, 2), "bilinear"), all_different((2, 3, 4, 2)), "bilinear"),
        Case(ops.UpSampling((1, 4), "bilinear"), all_different((1, 2, 1, 1)), "one place"),
    ],
    ops.LpPooling: [
        Case(ops.LpPooling(size, strides, pad, norm=norm), of_either_sign(x), f"{norm:g} {x}")
        for (x, size, strides, pad), norm in zip(POOLS, (2.0, 1.0, 3.5, 8.0), strict=True)
    ],
    ops.WeightedPooling: [
        *(Case(ops.WeightedPooling(size, strides, pad), not_negative(x), str(x)) for x, size, strides, pad in POOLS),
        Case(ops.WeightedPooling(), of_either_sign((2, 4, 4, 3)), "some negative"),
    ],
    ops.StochasticPooling: [
        *(
            Case(ops.StochasticPooling(size, strides, pad, key=7), with_clock(not_negative(x)), str(x))
            for x, size, strides, pad in POOLS
        ),
        Case(ops.StochasticPooling(key=2**63 + 5), with_clock(of_either_sign((2, 4, 4, 3))), "some negative"),
    ],
    ops.AffineSampling: [
        Case(ops.AffineSampling(size, mode, interpolation, 0.5), mapped(x, *m), f"{mode} {interpolation} {x}")
        for mode in ("reflect", "constant", "wrap", "nearest")
        for x, m, size, interpolation in SAMPLED
    ],
    ops.UniformRows: [
        Case(
            ops.UniformRows(columns, -1.0, 2.0, 2**63 + 5, whole), with_clock(all_different((3, 2))), f"{columns} {whole}", False
        )
        for columns, whole in ((1, False), (6, False), (2, True))
    ],
    ops.LocalResponseNormalization: [
        Case(ops.LocalResponseNormalization(n, 1.0, 0.5, 0.75), lambda rng, c=c: (rng.normal(size=(2, 2, c)),), f"{n} of {c}")
        for n, c in ((5, 7), (3, 1), (4, 6), (1, 3))
    ],
}
