"""S2.8: LeNet-5: parameters of the original and of the modern variant, and both learn."""

from __future__ import annotations

import os

import numpy as np
import numpy.typing as npt
import pytest

import pellucid as pl
from pellucid import networks
from pellucid.datasets import digits, fashion_mnist, mnist
from tests.support.real_data import need


def test_s2_8_60_000_trained_parameters_below_the_output() -> None:
    model = networks.lenet5()
    assert model.count_params() - model.layers[-1].count_params() == 60_000
    assert networks.lenet5(variant="modern").count_params() == 61_706


@pytest.mark.parametrize("variant", ["original", "modern"])
def test_s2_8_both_learn_the_small_digits(variant: str) -> None:
    """Three epochs over 1,438 digits of 8 x 8, each place repeated four times: chance is a tenth."""
    (x, y), (x_test, y_test) = digits.load_data()
    pl.utils.set_random_seed(1)
    model = networks.lenet5((8, 8), variant=variant)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x.astype(np.float32) / 16, y, batch_size=32, epochs=3, verbose=0)
    assert model.evaluate(x_test.astype(np.float32) / 16, y_test, verbose=0)[1] > 0.85


def accuracy(parts: tuple[npt.NDArray[np.uint8], ...], epochs: int, batch_size: int) -> float:
    """Test accuracy of the modern variant after these epochs, the learning rate falling to 0."""
    x, y, x_test, y_test = parts
    pl.utils.set_random_seed(1)
    model = networks.lenet5(variant="modern")
    steps = epochs * -(-len(x) // batch_size)
    rate = pl.optimizers.schedules.CosineDecay(0.002, steps)
    model.compile(pl.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit((x / 255).astype(np.float32)[..., None], y, batch_size=batch_size, epochs=epochs, verbose=0)
    result: float = model.evaluate((x_test / 255).astype(np.float32)[..., None], y_test, verbose=0)[1]
    return result


def test_s2_8_97_5_of_100_on_a_fifth_of_the_10_000_mnist_images() -> None:
    """Three seeds, each with its own division, came to 98.3, 97.8 and 98.1 in 8 epochs."""
    x, y = mnist.load_test(need(mnist.DATASET, "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"))
    order = np.random.default_rng(1).permutation(10_000)
    learn, judge = order[:8000], order[8000:]
    assert accuracy((x[learn], y[learn], x[judge], y[judge]), epochs=8, batch_size=64) >= 0.975


@pytest.mark.skipif("PELLUCID_SLOW_TESTS" not in os.environ, reason="takes half a minute: set PELLUCID_SLOW_TESTS=1")
def test_s2_8_89_5_of_100_on_fashion_mnist() -> None:
    (x, y), (x_test, y_test) = fashion_mnist.load_data(need(fashion_mnist.DATASET))
    assert accuracy((x, y, x_test, y_test), epochs=10, batch_size=128) >= 0.895
