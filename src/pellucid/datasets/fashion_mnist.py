"""Fashion-MNIST: 28 x 28 images of articles of clothing, 60,000 for training and 10,000 for testing."""

from __future__ import annotations

import os

from pellucid.datasets.store import Arrays, IdxDataset

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

DATASET = IdxDataset(
    name="fashion-mnist",
    sha256={
        "train-images-idx3-ubyte.gz": "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7",
        "train-labels-idx1-ubyte.gz": "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056",
        "t10k-images-idx3-ubyte.gz": "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa",
        "t10k-labels-idx1-ubyte.gz": "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05",
    },
    mirrors=(
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
    debian="dataset-fashion-mnist",
)


def load_data(path: str | os.PathLike[str] | None = None) -> tuple[Arrays, Arrays]:
    """``((x_train, y_train), (x_test, y_test))``: images of bytes (samples, 28, 28), labels 0 to 9 as bytes.

    The training set is what a network learns from, and what a validation set is split off; the test set says once, at the
    end, how well it does on articles that it has never seen. ``CLASS_NAMES[label]`` is what a label means.

    Args:
        path: a folder with the four files, or with a folder ``fashion-mnist`` that has them. None looks in
            PELLUCID_DATA/fashion-mnist, in the user's cache and in Debian's package ``dataset-fashion-mnist``, and fetches
            them into the cache (31 MB) where none has them.

    Raises:
        DatasetUnavailable: the files are not here and cannot be fetched; says where they may be put by hand.
        FileFormatError: a file is damaged.

    Source: Xiao, Rasul, Vollgraf (2017), Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms.
    """
    return DATASET.load(path)


def load_test(path: str | os.PathLike[str] | None = None) -> Arrays:
    """``(x_test, y_test)`` alone, which needs only the two ``t10k`` files.

    Args and errors are those of ``load_data``.
    """
    return DATASET.load_test(path)
