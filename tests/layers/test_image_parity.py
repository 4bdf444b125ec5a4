"""Layers on images beside PyTorch: output and all gradients over 300 generated configurations of each.

Odd sizes, strides beyond the kernel, dilation, groups, images of one pixel and batches of one are among them; a test below
counts them. "same" is PyTorch's convolution of an image that is padded by hand, the odd place after.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from tests.support.parity import check_parity

torch = pytest.importorskip("torch", reason="needs the extra 'parity'")

pytestmark = pytest.mark.parity
F = torch.nn.functional
COUNT = 300


@dataclass(frozen=True)
class Configuration:
    """One drawn configuration; ``sizes`` are the image's, or the line's."""

    batch: int
    sizes: tuple[int, ...]
    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: str
    groups: int
    seen: int  # channels of a group
    made: int  # outputs of a group
    bias: bool

    @property
    def border(self) -> list[int]:
        """What PyTorch's ``pad`` takes: before and after, the last axis first."""
        places: list[int] = []
        for n, k, s, d in zip(self.sizes, self.kernel, self.strides, self.dilation, strict=True):
            missing = max((-(-n // s) - 1) * s + (k - 1) * d + 1 - n, 0) if self.padding == "same" else 0
            places = [missing // 2, missing - missing // 2, *places]
        return places

    def arrays(self, *kernel: int) -> list[np.ndarray]:
        rng = np.random.default_rng(1)
        x = rng.normal(size=(self.batch, *self.sizes, self.seen * self.groups))
        return [x, rng.normal(size=(*self.kernel, *kernel)), rng.normal(size=self.made * self.groups)]


def configurations(axes: int, seed: int) -> list[Configuration]:
    """Small ones in which the kernel fits: a stride is dilated or not, as Keras and PyTorch both allow."""
    rng = np.random.default_rng(seed)
    drawn: list[Configuration] = []

    def numbers(most: int) -> tuple[int, ...]:
        return tuple(int(n) for n in rng.integers(1, most + 1, axes))

    while len(drawn) < COUNT:
        one = Configuration(
            batch=int(rng.integers(1, 4)),
            sizes=(1,) * axes if len(drawn) % 10 == 0 else numbers(7),
            kernel=numbers(4),
            strides=numbers(5),
            dilation=numbers(2),
            padding=str(rng.choice(["valid", "same"])),
            groups=int(rng.integers(1, 4)),
            seen=int(rng.integers(1, 4)),
            made=int(rng.integers(1, 4)),
            bias=bool(rng.integers(2)),
        )
        room = zip(one.sizes, one.kernel, one.dilation, strict=True)
        if one.padding == "same" or all((k - 1) * d + 1 <= n for n, k, d in room):
            drawn.append(one)
    return drawn


def test_what_is_drawn_covers_the_corners() -> None:
    drawn = configurations(2, 1)
    for corner in (
        lambda c: c.batch == 1,
        lambda c: c.sizes == (1, 1),
        lambda c: c.groups > 1,
        lambda c: max(c.dilation) > 1 and max(c.kernel) > 1,
        lambda c: c.strides[0] > c.kernel[0] and c.strides[1] > c.kernel[1],
        lambda c: all(n % 2 for n in (*c.sizes, *c.kernel)),
    ):
        assert sum(map(corner, drawn)) >= 5


def first(x: Any) -> Any:
    """Channels at axis 1, as PyTorch has them."""
    return x.movedim(-1, 1).contiguous()


def last(x: Any) -> Any:
    return x.movedim(1, -1)


def with_weights(layer: Any, x: Any, *names_and_weights: Any) -> Any:
    """The layer's output with these tensors as its weights."""
    layer.build(x.shape)
    layer.built = True
    for name, weight in zip(names_and_weights[::2], names_and_weights[1::2], strict=True):
        setattr(layer, name, weight)
    return layer(x)


@pytest.mark.parametrize("axes", [1, 2])
def test_convolution(axes: int) -> None:
    convolve = (F.conv1d, F.conv2d)[axes - 1]
    for c in configurations(axes, 1):
        layer = (pl.layers.Conv1D, pl.layers.Conv2D)[axes - 1]
        settings = {"dilation_rate": c.dilation, "groups": c.groups, "padding": c.padding, "use_bias": c.bias}
        x, w, b = c.arrays(c.seen, c.made * c.groups)

        def ours(x: Any, w: Any, b: Any, c: Any = c, layer: Any = layer, settings: Any = settings) -> Any:
            return with_weights(layer(w.shape[-1], c.kernel, c.strides, **settings), x, "kernel", w, "bias", b)

        def theirs(x: Any, w: Any, b: Any, c: Any = c) -> Any:
            w = w.movedim(-1, 0).movedim(-1, 1).contiguous()
            bias = b if c.bias else None
            return last(convolve(F.pad(first(x), c.border), w, bias, c.strides, 0, c.dilation, c.groups))

        check(c, ours, theirs, x, w, b)


def test_depthwise_convolution() -> None:
    for c in configurations(2, 2):
        channels, multiplier = c.seen, c.made
        c = Configuration(**{**vars(c), "groups": 1})
        x, w, _ = c.arrays(channels, multiplier)
        b = np.random.default_rng(2).normal(size=channels * multiplier)

        def ours(x: Any, w: Any, b: Any, c: Any = c) -> Any:
            settings = {"depth_multiplier": c.made, "dilation_rate": c.dilation, "use_bias": c.bias}
            return with_weights(pl.layers.DepthwiseConv2D(c.kernel, c.strides, c.padding, **settings), x, "kernel", w, "bias", b)

        def theirs(x: Any, w: Any, b: Any, c: Any = c) -> Any:
            w = w.reshape(*c.kernel, 1, -1).movedim(-1, 0).movedim(-1, 1).contiguous()
            return last(F.conv2d(F.pad(first(x), c.border), w, b if c.bias else None, c.strides, 0, c.dilation, c.seen))

        check(c, ours, theirs, x, w, b)


def test_separable_convolution() -> None:
    for c in configurations(2, 3):
        c = Configuration(**{**vars(c), "groups": 1})
        rng = np.random.default_rng(2)
        x, w, _ = c.arrays(c.seen, 2)
        pointwise, b = rng.normal(size=(1, 1, 2 * c.seen, c.made)), rng.normal(size=c.made)

        def ours(x: Any, w: Any, p: Any, b: Any, c: Any = c) -> Any:
            settings = {"depth_multiplier": 2, "dilation_rate": c.dilation, "use_bias": c.bias}
            layer = pl.layers.SeparableConv2D(c.made, c.kernel, c.strides, c.padding, **settings)
            return with_weights(layer, x, "depthwise_kernel", w, "pointwise_kernel", p, "bias", b)

        def theirs(x: Any, w: Any, p: Any, b: Any, c: Any = c) -> Any:
            w = w.reshape(*c.kernel, 1, -1).movedim(-1, 0).movedim(-1, 1).contiguous()
            z = F.conv2d(F.pad(first(x), c.border), w, None, c.strides, 0, c.dilation, c.seen)
            return last(F.conv2d(z, p.movedim(-1, 0).movedim(-1, 1).contiguous(), b if c.bias else None))

        check(c, ours, theirs, x, w, pointwise, b)


def test_transposed_convolution() -> None:
    """PyTorch's whole output, of which "same" cuts off the border, or to which a stride beyond the kernel adds zeros."""
    for c in configurations(2, 4):
        c = Configuration(**{**vars(c), "groups": 1})
        x, w, _ = c.arrays(c.made, c.seen)
        b = np.random.default_rng(2).normal(size=c.made)

        def ours(x: Any, w: Any, b: Any, c: Any = c) -> Any:
            layer = pl.layers.Conv2DTranspose(c.made, c.kernel, c.strides, c.padding, None, None, c.dilation, use_bias=c.bias)
            return with_weights(layer, x, "kernel", w, "bias", b)

        def theirs(x: Any, w: Any, b: Any, c: Any = c) -> Any:
            whole = F.conv_transpose2d(
                first(x), w.movedim(-1, 0).movedim(-1, 1).contiguous(), None, c.strides, dilation=c.dilation
            )
            change: list[int] = []
            for n, k, s, d in zip(c.sizes, c.kernel, c.strides, c.dilation, strict=True):
                missing, cut = max(s - (k - 1) * d - 1, 0), max((k - 1) * d + 1 - s, 0) if c.padding == "same" else 0
                assert (n - 1) * s + (k - 1) * d + 1 - cut + missing >= n * s
                change = [-(cut // 2), missing - (cut - cut // 2), *change]
            whole = F.pad(whole, change)
            return last(whole) + b if c.bias else last(whole)

        check(c, ours, theirs, x, w, b)


@pytest.mark.parametrize("axes", [1, 2])
def test_max_pooling(axes: int) -> None:
    pool = (F.max_pool1d, F.max_pool2d)[axes - 1]
    layer = (pl.layers.MaxPooling1D, pl.layers.MaxPooling2D)[axes - 1]
    for c in without_gaps(axes, 5):
        x, *_ = c.arrays()
        check(
            c,
            lambda x, c=c: layer(c.kernel, c.strides, c.padding)(x),
            lambda x, c=c: last(pool(F.pad(first(x), c.border, value=-np.inf), c.kernel, c.strides)),
            x,
        )


@pytest.mark.parametrize("axes", [1, 2])
def test_average_pooling(axes: int) -> None:
    """The mean of the places inside the image: PyTorch's mean with zeros around, by that of ones with zeros around."""
    pool = (F.avg_pool1d, F.avg_pool2d)[axes - 1]
    layer = (pl.layers.AveragePooling1D, pl.layers.AveragePooling2D)[axes - 1]
    for c in without_gaps(axes, 6):
        x, *_ = c.arrays()

        def theirs(x: Any, c: Any = c) -> Any:
            part = pool(F.pad(torch.ones_like(first(x)), c.border), c.kernel, c.strides)
            return last(pool(F.pad(first(x), c.border), c.kernel, c.strides) / part)

        check(c, lambda x, c=c: layer(c.kernel, c.strides, c.padding)(x), theirs, x)


@pytest.mark.parametrize("axes", [1, 2])
def test_lp_pooling(axes: int) -> None:
    """Of even norms, or of what is positive: PyTorch takes x^p with its sign."""
    pool = (F.lp_pool1d, F.lp_pool2d)[axes - 1]
    layer = (pl.layers.LpPooling1D, pl.layers.LpPooling2D)[axes - 1]
    for number, c in enumerate(without_gaps(axes, 9)):
        norm = (2.0, 4.0, 1.0, 3.0)[number % 4]
        x, *_ = c.arrays()
        x = x if norm in (2.0, 4.0) else np.abs(x) + 0.1
        check(
            c,
            lambda x, c=c, p=norm: layer(p, c.kernel, c.strides, c.padding)(x),
            lambda x, c=c, p=norm: last(
                pool(F.pad(first(x), c.border), p, *((c.kernel[0], c.strides[0]) if axes == 1 else (c.kernel, c.strides)))
            ),
            x,
        )


@pytest.mark.parametrize("axes", [1, 2])
def test_global_pooling_padding_and_cropping(axes: int) -> None:
    layers = pl.layers
    average = (layers.GlobalAveragePooling1D, layers.GlobalAveragePooling2D)[axes - 1]
    greatest = (layers.GlobalMaxPooling1D, layers.GlobalMaxPooling2D)[axes - 1]
    padding = (layers.ZeroPadding1D, layers.ZeroPadding2D)[axes - 1]
    cropping = (layers.Cropping1D, layers.Cropping2D)[axes - 1]
    over = tuple(range(1, axes + 1))
    rng = np.random.default_rng(7)
    for c in configurations(axes, 7):
        x, *_ = c.arrays()
        check(c, lambda x, c=c: average()(x), lambda x: x.mean(over), x)
        check(c, lambda x, c=c: greatest()(x), lambda x: x.amax(over), x)
        width = [(int(a), int(b)) for a, b in rng.integers(0, 3, (axes, 2))]
        border = [n for pair in reversed(width) for n in pair]
        argument = width[0] if axes == 1 else width
        check(c, lambda x, a=argument: padding(a)(x), lambda x, e=border: last(F.pad(first(x), e)), x)
        if all(a + b < n for (a, b), n in zip(width, c.sizes, strict=True)):
            less = [-n for n in border]
            check(c, lambda x, a=argument: cropping(a)(x), lambda x, e=less: last(F.pad(first(x), e)), x)


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
def test_up_sampling(interpolation: str) -> None:
    settings: dict[str, Any] = {"align_corners": False} if interpolation == "bilinear" else {}
    for c in configurations(2, 8):
        x, *_ = c.arrays()
        check(
            c,
            lambda x, c=c: pl.layers.UpSampling2D(c.strides, interpolation=interpolation)(x),
            lambda x, c=c: last(
                F.interpolate(first(x), [n * s for n, s in zip(c.sizes, c.strides, strict=True)], mode=interpolation, **settings)
            ),
            x,
        )


def without_gaps(axes: int, seed: int) -> list[Configuration]:
    """Windows of poolings: without dilation, and never all outside of the image."""
    return [Configuration(**{**vars(c), "dilation": (1,) * axes}) for c in configurations(axes, seed)]


def check(c: Configuration, ours: Any, theirs: Any, *arrays: Any) -> None:
    try:
        check_parity(ours, theirs, *arrays, tolerance=2e-5)
    except AssertionError as error:
        raise AssertionError(f"{c}: {error}") from None
