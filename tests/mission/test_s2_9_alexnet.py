"""S2.9: AlexNet: local response normalization, two groups that exchange at one layer, its parameters; a small one learns."""

from __future__ import annotations

import numpy as np

import pellucid as pl
from pellucid import networks
from pellucid.autodiff import tensor
from tests.support.gradients import check_gradients


def test_s2_9_60_965_224_parameters() -> None:
    assert networks.outline(networks.alexnet).count_params() == 60_965_224


def test_s2_9_local_response_normalization_as_the_paper_writes_it() -> None:
    a = np.random.default_rng(0).normal(size=(2, 3, 3, 8)) * 30
    b = np.empty_like(a)
    for i in range(8):
        neighbours = a[..., max(0, i - 2) : min(7, i + 2) + 1]
        b[..., i] = a[..., i] / (2 + 1e-4 * (neighbours**2).sum(-1)) ** 0.75
    np.testing.assert_allclose(pl.ops.local_response_normalization(a).numpy(), b, rtol=1e-12)
    check_gradients(lambda x: pl.ops.local_response_normalization(x, 5, 2.0, 0.1, 0.75), a[:1, :1, :2] / 10)


def test_s2_9_groups_see_each_other_in_the_third_convolution_alone() -> None:
    """An output of channel 0 of convolution 2 depends on the first half of the input's channels; of convolution 3 on all."""
    layers = [layer for layer in networks.outline(networks.alexnet).layers if isinstance(layer, pl.layers.Conv2D)]
    assert [layer.groups for layer in layers] == [1, 2, 1, 2, 2]
    second, third = pl.layers.Conv2D(4, 1, groups=2), pl.layers.Conv2D(4, 1)
    for layer, seen in ((second, [True, True, False, False]), (third, [True] * 4)):
        x = tensor(np.ones((1, 1, 1, 4), np.float32), requires_grad=True)
        layer(x)[0, 0, 0, 0].backward()
        assert x.grad is not None
        assert (x.grad.ravel() != 0).tolist() == seen


def test_s2_9_a_small_one_learns() -> None:
    """Red squares, green squares and blue ones, on noise: three classes that any network of images must tell."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 96)
    x = rng.uniform(0, 0.3, (96, 15, 15, 3)).astype(np.float32)
    for image, label, (row, column) in zip(x, y, rng.integers(0, 10, (96, 2)), strict=True):
        image[row : row + 5, column : column + 5, label] += 0.7
    pl.utils.set_random_seed(0)
    model = networks.alexnet((15, 15, 3), 3, widths=(8, 16, 16, 16, 16), dense=(32, 32))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x[:64], y[:64], batch_size=16, epochs=25, verbose=0)
    assert model.evaluate(x[64:], y[64:], verbose=0)[1] > 0.8
