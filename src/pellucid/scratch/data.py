"""Data by the courses' names: load_mnist, shuffle_dataset, smooth_curve."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.arguments import integer
from pellucid.datasets import mnist
from pellucid.errors import ArgumentError, DatasetUnavailable, ShapeError
from pellucid.random.seed import next_generator
from pellucid.utils import to_categorical

Array = npt.NDArray[Any]
Pair = tuple[Array, Array]


def load_mnist(
    normalize: bool = True,
    flatten: bool = True,
    one_hot_label: bool = False,
    data_dir: str | os.PathLike[str] | None = None,
) -> tuple[Pair, Pair]:
    """``((x_train, t_train), (x_test, t_test))`` of MNIST: 60,000 and 10,000 images of handwritten digits.

    Args:
        normalize: pixels as float32 from 0 to 1; else as bytes.
        flatten: images as rows, (N, 784); else (N, 1, 28, 28), one channel before height and width, as the courses have it
            (`pellucid.datasets.mnist` has (N, 28, 28)).
        one_hot_label: targets (N, 10) as float32; else the labels as bytes.
        data_dir: a folder with the four files. None looks where `pellucid.datasets.mnist.load_data` looks, and fetches them.

    Raises:
        DatasetUnavailable: the files are not here and cannot be fetched; says where they may be put by hand.
    """
    try:
        train, test = mnist.load_data(data_dir)
    except DatasetUnavailable as error:
        raise DatasetUnavailable(
            f"load_mnist: {error} For load_mnist that is data_dir=. Without any files there are the smaller "
            "pellucid.datasets.digits, which need no download."
        ) from None
    first, second = (_prepared(pair, normalize, flatten, one_hot_label) for pair in (train, test))
    return first, second


def _prepared(pair: Pair, normalize: bool, flatten: bool, one_hot_label: bool) -> Pair:
    x, t = pair
    if normalize:
        x = x.astype(np.float32) / 255
    x = x.reshape(len(x), -1) if flatten else x[:, None]
    return x, to_categorical(t, 10) if one_hot_label else t


def shuffle_dataset(x: npt.ArrayLike, t: npt.ArrayLike) -> Pair:
    """Both in one new random order, so that each sample keeps its target. ``pellucid.utils.set_random_seed`` sets the order.

    Raises:
        ShapeError: there is not one target a sample.

    >>> x, t = shuffle_dataset(np.arange(4) * 10, np.arange(4))
    >>> bool((x == 10 * t).all()), sorted(t.tolist())
    (True, [0, 1, 2, 3])
    """
    samples, targets = np.asarray(x), np.asarray(t)
    if not samples.ndim or samples.shape[:1] != targets.shape[:1]:
        raise ShapeError(f"shuffle_dataset: x and t must be of one length. Received {samples.shape} and {targets.shape}.")
    order = next_generator().permutation(len(samples))
    return samples[order], targets[order]


def smooth_curve(x: npt.ArrayLike, window_len: int = 11, beta: float = 2.0) -> npt.NDArray[np.float64]:
    r"""A curve with its jitter averaged out: each point becomes a weighted mean of its neighbours.

        y_i = sum_j w_j x_(i+j) / sum_j w_j        w = Kaiser's window of ``window_len`` points

    As long as ``x``: beyond its ends it is continued by its mirror image.

    Args:
        x: one value a step, (n,), n > 0.
        window_len: odd, >= 1: how many points count; 1 changes nothing.
        beta: 0 weighs all alike; the larger, the more the middle counts.

    Raises:
        ShapeError: x is not a list of numbers, or is empty.
        ArgumentError: the window's length is not a positive odd integer.

    Source: Kaiser and Schafer 1980, "On the use of the I0-sinh window for spectrum analysis".

    >>> smooth_curve([0.0, 3.0, 0.0, 3.0, 0.0, 3.0], window_len=3, beta=0.0)
    array([2., 1., 2., 1., 2., 1.])
    """
    values = np.asarray(x, np.float64)
    if values.ndim != 1 or not values.size:
        raise ShapeError(f"smooth_curve: x must be a list of numbers, not empty. Received shape {values.shape}.")
    half, even = divmod(integer("smooth_curve", "window_len", window_len, at_least=1), 2)
    if not even:
        raise ArgumentError(f"smooth_curve: window_len must be odd, so that there is a middle. Received {window_len}.")
    window = np.kaiser(window_len, beta)
    return np.convolve(np.pad(values, half, mode="reflect"), window / window.sum(), mode="valid")
