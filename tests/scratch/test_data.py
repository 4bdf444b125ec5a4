"""load_mnist on small files of MNIST's format, shuffling, and the smoothed curve."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid.datasets import mnist
from pellucid.errors import ArgumentError, DatasetUnavailable, ShapeError
from pellucid.scratch import load_mnist, shuffle_dataset, smooth_curve
from tests.support.real_data import need
from tests.support.small_mnist import write_small_mnist


@pytest.fixture
def folder(tmp_path):
    return write_small_mnist(tmp_path, [5, 0, 4], [7, 2])


def test_rows_from_0_to_1_and_labels(folder):
    (x_train, t_train), (x_test, t_test) = load_mnist(data_dir=folder)
    assert x_train.shape == (3, 784)
    assert x_test.shape == (2, 784)
    assert x_train.dtype == np.float32
    assert x_train.max() == 1.0
    assert x_train[0, 51] == np.float32(0.2)  # 51 / 255
    assert t_train.tolist() == [5, 0, 4]
    assert t_test.tolist() == [7, 2]


def test_images_of_bytes_and_one_hot_targets(folder):
    (x_train, t_train), _ = load_mnist(normalize=False, flatten=False, one_hot_label=True, data_dir=folder)
    assert x_train.shape == (3, 1, 28, 28)
    assert x_train.dtype == np.uint8
    assert x_train[0, 0, 1, 0] == 28
    np.testing.assert_array_equal(t_train, np.eye(10)[[5, 0, 4]])


def test_where_the_files_are_not_there_the_way_out_is_told(tmp_path):
    with pytest.raises(DatasetUnavailable, match=r"(?s)load_mnist: mnist.*Put .*data_dir=.*pellucid\.datasets\.digits"):
        load_mnist(data_dir=tmp_path)


def test_the_real_files():
    (x_train, t_train), (x_test, t_test) = load_mnist(one_hot_label=True, data_dir=need(mnist.DATASET))
    assert x_train.shape == (60000, 784)
    assert t_train.shape == (60000, 10)
    assert x_test.shape == (10000, 784)
    assert t_test.shape == (10000, 10)


def test_shuffling_keeps_pairs_and_depends_on_the_seed():
    x, t = np.arange(100), np.arange(100) * 2
    orders = []
    for seed in (1, 1, 2):
        pl.utils.set_random_seed(seed)
        shuffled, targets = shuffle_dataset(x, t)
        np.testing.assert_array_equal(targets, 2 * shuffled)
        orders.append(shuffled.tolist())
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[0]) == x.tolist()
    with pytest.raises(ShapeError, match="of one length"):
        shuffle_dataset(x, t[1:])


def test_a_smoothed_curve_is_as_long_and_keeps_a_constant():
    for n in (1, 2, 5, 11, 100):
        np.testing.assert_allclose(smooth_curve(np.full(n, 3.0)), np.full(n, 3.0), rtol=1e-14)


def test_inside_it_is_the_weighted_mean_with_kaisers_window():
    x = np.random.default_rng(0).random(50)
    window = np.kaiser(11, 2)
    assert smooth_curve(x)[20] == pytest.approx((window * x[15:26]).sum() / window.sum(), rel=1e-13)


def test_a_straight_line_stays_one_but_at_its_ends():
    np.testing.assert_allclose(smooth_curve(np.arange(30.0))[5:-5], np.arange(5.0, 25.0), rtol=1e-13)


def test_jitter_becomes_smaller():
    x = np.random.default_rng(0).normal(size=1000)
    assert smooth_curve(x).std() < 0.5 * x.std()


def test_what_cannot_be_smoothed_is_refused():
    with pytest.raises(ShapeError, match="not empty"):
        smooth_curve([])
    with pytest.raises(ArgumentError, match="must be odd"):
        smooth_curve([1.0, 2.0], window_len=4)
