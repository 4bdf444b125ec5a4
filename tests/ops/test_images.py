"""Convolution and pooling: worked arithmetic, SciPy as oracle, and errors that show the arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import correlate2d

from pellucid import ops
from pellucid.errors import ArgumentError, ShapeError

RNG = np.random.default_rng(2)
IMAGE = RNG.normal(size=(7, 6))
KERNEL = RNG.normal(size=(3, 2))


@pytest.mark.parametrize("mode", ["valid", "same"])
def test_one_channel_is_what_scipy_calls_correlation(mode: str) -> None:
    """SciPy's "same" puts the odd place before; ours, as TensorFlow's, after: so it pads by hand."""
    x = IMAGE if mode == "valid" else np.pad(IMAGE, ((1, 1), (0, 1)))
    y = ops.conv(IMAGE[None, :, :, None], KERNEL[:, :, None, None], padding=mode)
    np.testing.assert_allclose(y.numpy()[0, :, :, 0], correlate2d(x, KERNEL, mode="valid"), rtol=1e-12)


def test_channels_are_summed_and_groups_keep_apart() -> None:
    x, w = RNG.normal(size=(2, 5, 5, 4)), RNG.normal(size=(3, 3, 2, 6))
    y = ops.conv(x, w, groups=2).numpy()
    for n, k in ((0, 0), (1, 2), (0, 3), (1, 5)):
        first = 2 * (k // 3)  # outputs 0 to 2 see channels 0 and 1, outputs 3 to 5 channels 2 and 3
        right = sum(correlate2d(x[n, :, :, first + c], w[:, :, c, k], mode="valid") for c in range(2))
        np.testing.assert_allclose(y[n, :, :, k], right, rtol=1e-12)


def test_strides_take_every_so_manieth_window_and_dilation_spreads_the_kernel() -> None:
    x, w = IMAGE[None, :, :, None], KERNEL[:, :, None, None]
    whole = ops.conv(x, w).numpy()
    np.testing.assert_array_equal(ops.conv(x, w, strides=(2, 3)).numpy(), whole[:, ::2, ::3])
    spread = np.zeros((5, 3))
    spread[::2, ::2] = KERNEL
    np.testing.assert_allclose(
        ops.conv(x, w, dilation_rate=2).numpy()[0, :, :, 0], correlate2d(IMAGE, spread, mode="valid"), rtol=1e-12
    )


def test_a_window_that_does_not_fit_is_refused_with_the_arithmetic() -> None:
    with pytest.raises(ShapeError, match=r"5x5 does not fit an input of 4x4: along the height, 5 is more than 0 \+ 4 \+ 0 = 4"):
        ops.conv(np.zeros((1, 4, 4, 1)), np.zeros((5, 5, 1, 1)))
    with pytest.raises(ShapeError, match=r"3 with dilation 2, which covers \(3 - 1\) x 2 \+ 1 = 5, is more than 0 \+ 4 \+ 0 = 4"):
        ops.conv(np.zeros((1, 4, 4, 1)), np.zeros((3, 3, 1, 1)), dilation_rate=2)


def test_channels_that_do_not_divide_or_fit_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"4 of the input and 6 of the output by 4 leave 0 and 2"):
        ops.conv(np.zeros((1, 4, 4, 4)), np.zeros((1, 1, 1, 6)), groups=4)
    with pytest.raises(ShapeError, match=r"3 channels in each of 1 groups, 3 in all. Received x with 4"):
        ops.conv(np.zeros((1, 4, 4, 4)), np.zeros((1, 1, 3, 6)))


@pytest.mark.parametrize("padding", ["full", ((1, 1),), (-1, 0), ((1, -1), (0, 0))])
def test_padding_of_another_kind_is_refused(padding: object) -> None:
    with pytest.raises(ArgumentError, match="padding"):
        ops.conv(np.zeros((1, 4, 4, 1)), np.zeros((2, 2, 1, 1)), padding=padding)


def test_pooling_by_hand() -> None:
    x = np.array([[1.0, 2.0, 0.0], [4.0, 3.0, 5.0], [0.0, 0.0, 9.0]]).reshape(1, 3, 3, 1)
    assert ops.max_pool(x, 2, 1).numpy()[0, :, :, 0].tolist() == [[4, 5], [4, 9]]
    assert ops.average_pool(x, 2, 1).numpy()[0, :, :, 0].tolist() == [[2.5, 2.5], [1.75, 4.25]]
    # "same" with stride 2 adds one place after: the last windows see two places, and one
    assert ops.average_pool(x, 2, padding="same").numpy()[0, :, :, 0].tolist() == [[2.5, 2.5], [0, 9]]
    assert ops.max_pool(-x, 2, padding="same").numpy()[0, :, :, 0].tolist() == [[-1, 0], [0, -9]]


def test_of_equal_numbers_the_first_gets_the_gradient() -> None:
    from pellucid.autodiff import tensor

    x = tensor(np.ones((1, 2, 2, 1)), requires_grad=True)
    ops.max_pool(x, 2).sum().backward()
    assert x.grad is not None
    assert x.grad.ravel().tolist() == [1, 0, 0, 0]


def test_padding_as_large_as_the_window_is_refused() -> None:
    with pytest.raises(ArgumentError, match="less than the window's size"):
        ops.max_pool(np.zeros((1, 4, 4, 1)), 2, padding=((2, 0), (0, 0)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda x: ops.affine_sample(x, [1, 0, 0, 0, 1, 0], (-1, 3)),
            r"affine_sample: size must be a whole number of at least 1",
        ),
        (lambda x: ops.affine_sample(x, [1, 0, 0, 0, 1, 0], (2.5, 3)), r"affine_sample: size must be .* Received \(2\.5, 3\)"),
        (lambda x: ops.affine_sample(x, [1, 0, 0, 0, 1, 0], fill_value="a"), "affine_sample: fill_value must be a finite number"),
        (lambda x: ops.stochastic_pool(x, 2, key="a"), "key must be an integer >= 0 of 64 bits. Received 'a'"),
    ],
)
def test_arguments_out_of_their_rule(call, message) -> None:
    with pytest.raises(ArgumentError, match=message):
        call(np.zeros((1, 4, 4, 1)))


def test_one_number_is_a_size() -> None:
    assert ops.affine_sample(np.zeros((1, 4, 4, 1)), [1, 0, 0, 0, 1, 0], np.int64(2)).shape == (1, 2, 2, 1)


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_weighted_pooling_of_any_size_of_numbers(scale: float) -> None:
    """(1 + 9) / 4 = 2.5, times what the numbers are multiplied by; 1e60 is more than float32 holds."""
    x = np.array([1, 3, 0, 0], np.float32).reshape(1, 2, 2, 1) * np.float32(scale)
    np.testing.assert_allclose(ops.weighted_pool(x, 2).item(), 2.5 * scale, rtol=1e-6)
