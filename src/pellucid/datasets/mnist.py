"""MNIST: 28 x 28 images of handwritten digits, 60,000 for training and 10,000 for testing."""

from __future__ import annotations

import os

from pellucid.datasets.store import Arrays, IdxDataset

CLASS_NAMES = tuple("0123456789")

DATASET = IdxDataset(
    name="mnist",
    sha256={
        "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    },
    mirrors=("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"),
)


def load_data(path: str | os.PathLike[str] | None = None) -> tuple[Arrays, Arrays]:
    """``((x_train, y_train), (x_test, y_test))``: images of bytes (samples, 28, 28), labels 0 to 9 as bytes.

    The training set is what a network learns from, and what a validation set is split off; the test set says once, at the
    end, how well it does on digits of writers that it has never seen.

    Args:
        path: a folder with the four files, or with a folder ``mnist`` that has them. None looks in PELLUCID_DATA/mnist and
            in the user's cache, and fetches them into the cache (11 MB) where neither has them.

    Raises:
        DatasetUnavailable: the files are not here and cannot be fetched; says where they may be put by hand.
        FileFormatError: a file is damaged.

    Source: LeCun, Bottou, Bengio, Haffner (1998), Gradient-based learning applied to document recognition.
    """
    return DATASET.load(path)


def load_test(path: str | os.PathLike[str] | None = None) -> Arrays:
    """``(x_test, y_test)`` alone, which needs only the two ``t10k`` files.

    Args and errors are those of ``load_data``.
    """
    return DATASET.load_test(path)
