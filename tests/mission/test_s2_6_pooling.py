"""S2.6: pooling by its greatest number and by its mean, over windows and whole images; size, strides and padding."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ArgumentError

X = np.array([[1, 2, 1, 0], [0, 1, 2, 3], [3, 0, 1, 2], [2, 4, 0, 1]], np.float32)[None, :, :, None]


def pooled(layer: pl.layers.Layer) -> list[list[float]]:
    result: list[list[float]] = layer(X).numpy()[0, :, :, 0].tolist()
    return result


def test_s2_6_by_hand() -> None:
    assert pooled(pl.layers.MaxPooling2D()) == [[2, 3], [4, 2]]
    assert pooled(pl.layers.AveragePooling2D(2)) == [[1, 1.5], [2.25, 1]]
    assert pooled(pl.layers.MaxPooling2D(3, strides=1)) == [[3, 3], [4, 4]]
    assert pooled(pl.layers.MaxPooling2D(2, strides=3, padding="same")) == [
        [2, 3],
        [4, 1],
    ]  # the last see one row
    means = pooled(pl.layers.AveragePooling2D(3, strides=2, padding="same"))  # of 9, 6, 6 and 4 places
    np.testing.assert_allclose(means, [[11 / 9, 9 / 6], [10 / 6, 4 / 4]], rtol=1e-6)


def test_s2_6_whole_images() -> None:
    assert pl.layers.GlobalMaxPooling2D()(X).numpy().tolist() == [[4]]
    assert pl.layers.GlobalAveragePooling2D(keepdims=True)(X).numpy().tolist() == [[[[23 / 16]]]]


def test_s2_6_the_original_s_subsampling_is_trained() -> None:
    layer = pl.layers.Subsampling2D()
    layer.build(X.shape)
    layer.set_weights([np.array([0.5]), np.array([-1.0])])
    assert pooled(layer) == [[1, 2], [3.5, 1]]  # half the sums 4, 6, 9, 4, less 1
    layer(X).sum().backward()
    assert layer.coefficient.grad is not None
    assert layer.bias.grad is not None
    assert layer.coefficient.grad.tolist() == [23]  # the sum of all
    assert layer.bias.grad.tolist() == [4]  # windows


def test_s2_6_lines_are_pooled_too() -> None:
    line = np.array([1.0, 5.0, 2.0, 4.0, 9.0]).reshape(1, 5, 1)
    assert pl.layers.MaxPooling1D()(line).numpy().ravel().tolist() == [5, 4]
    assert pl.layers.AveragePooling1D(2, padding="same")(line).numpy().ravel().tolist() == [3, 3, 9]


def test_s2_6_the_norm_of_each_window() -> None:
    """Between the sum and the maximum: of 3, 0, 2, 4 the sum is 9, the root of the squares sqrt(29), the maximum 4."""
    assert pooled(pl.layers.LpPooling2D(1)) == [[4, 6], [9, 4]]
    np.testing.assert_allclose(pooled(pl.layers.LpPooling2D())[1][0], np.sqrt(29), rtol=1e-6)
    np.testing.assert_allclose(pooled(pl.layers.LpPooling2D(100)), [[2, 3], [4, 2]], rtol=0.01)
    huge = np.full((1, 2, 2, 1), 1e30, np.float32)  # whose squares overflow
    np.testing.assert_allclose(pl.layers.LpPooling2D()(huge).item(), 2e30, rtol=1e-6)


def test_s2_6_stochastic_pooling_draws_by_size() -> None:
    """The window 3, 0, 2, 4: drawn 3, 2 and 4 times of 9; on average, and at prediction, (9 + 4 + 16) / 9."""
    x = np.repeat(X[:, 2:, :2], 9000, axis=0)
    layer = pl.layers.StochasticPooling2D(seed=2)
    drawn = layer(x, training=True).numpy().ravel()
    np.testing.assert_allclose([(drawn == n).sum() for n in (3, 0, 2, 4)], [3000, 0, 2000, 4000], atol=200)  # 4 deviations
    np.testing.assert_allclose(layer(x).numpy()[0].item(), 29 / 9, rtol=1e-6)
    np.testing.assert_allclose(drawn.mean(), 29 / 9, atol=0.04)
    assert layer(-x, training=True).numpy().any() == layer(-x).numpy().any() == False  # noqa: E712 (nothing is positive)


def test_s2_6_parameters_are_checked() -> None:
    with pytest.raises(ArgumentError, match=r"pool_size must be a whole number of at least 1, or two\. Received 0"):
        pl.layers.MaxPooling2D(0)
    with pytest.raises(ArgumentError, match=r"padding must be 'valid' or 'same'\. Received 'causal'"):
        pl.layers.MaxPooling2D(padding="causal")
    with pytest.raises(ArgumentError, match="channels_last"):
        pl.layers.AveragePooling2D(2, data_format="channels_first")
