"""The published files, where this machine has them."""

import hashlib

import numpy as np
import pytest

from pellucid.datasets import fashion_mnist, mnist
from tests.support.real_data import need

TEST = ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")


@pytest.mark.parametrize("module", [mnist, fashion_mnist], ids=["mnist", "fashion-mnist"])
def test_the_test_set(module):
    folder = need(module.DATASET, *TEST)
    for file in TEST:
        if (folder / file).is_file():
            assert hashlib.sha256((folder / file).read_bytes()).hexdigest() == module.DATASET.sha256[file]
    x, y = module.load_test(folder)
    assert x.shape == (10_000, 28, 28)
    assert y.shape == (10_000,)
    assert np.unique(y).tolist() == list(range(10))


def test_mnist_begins_with_a_seven():
    """The first test digits as everybody prints them: 7 2 1 0 4."""
    folder = need(mnist.DATASET, *TEST)
    _, y = mnist.load_test(folder)
    assert y[:5].tolist() == [7, 2, 1, 0, 4]


def test_fashion_mnist_has_6000_of_each_to_learn_from():
    """As its authors say: 10 classes, balanced."""
    folder = need(fashion_mnist.DATASET)
    (x_train, y_train), (_, y_test) = fashion_mnist.load_data(folder)
    assert x_train.shape == (60_000, 28, 28)
    assert np.bincount(y_train).tolist() == [6000] * 10
    assert np.bincount(y_test).tolist() == [1000] * 10
    assert fashion_mnist.CLASS_NAMES[y_train[0]] == "Ankle boot"
