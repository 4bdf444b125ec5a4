"""Samples: the pictures that figures train on: MNIST where its files are, or else the digits that need no download."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

import numpy as np

from pellucid.data.splits import Part
from pellucid.datasets import digits, fashion_mnist, mnist
from pellucid.errors import DatasetUnavailable, unknown_name
from pellucid.figures.picture import Array, Settings
from pellucid.figures.text import Text
from pellucid.models import Model

_BY_NAME: dict[str, ModuleType] = {"digits": digits, "mnist": mnist, "fashion-mnist": fashion_mnist}
_TITLES = {"digits": "digits", "mnist": "MNIST", "fashion-mnist": "Fashion-MNIST"}

# For the title of a panel: say(SOURCE, **vars(source)).
SOURCE = Text("{name}: {count:,} pictures of {side} × {side}", "{name}: {side} × {side} 그림 {count:,}장")


@dataclass(frozen=True)
class Source:
    """What was trained on: the data set's name, how many of its samples, and the side of a picture."""

    name: str
    count: int
    side: int


@dataclass(frozen=True)
class Samples:
    """Pictures as rows of float32 from 0 to 1, with labels from 0 to 9."""

    train: Part
    test: Part
    side: int
    name: str

    def source(self, count: int | None = None) -> Source:
        """What to say of them, where only ``count`` are trained on."""
        return Source(self.name, len(self.train) if count is None else count, self.side)


def load(settings: Settings) -> Samples:
    """The data set that the settings name. Quick ones take the digits where they name none.

    Raises:
        ArgumentError: no such data set.
        DatasetUnavailable: it was named, and is neither here nor to be fetched.
    """
    name = settings.dataset or ("mnist" if not settings.quick and _is_here(mnist) else "digits")
    if name not in _BY_NAME:
        raise unknown_name("dataset", name, _BY_NAME)
    (x, t), (x_test, t_test) = _BY_NAME[name].load_data()
    most = 16 if name == "digits" else 255

    def part(pictures: Array, labels: Array) -> Part:
        return Part(pictures.reshape(len(pictures), -1).astype(np.float32) / most, labels.astype(np.int64))

    return Samples(part(x, t), part(x_test, t_test), x.shape[1], _TITLES[name])


def _is_here(dataset: ModuleType) -> bool:
    try:
        dataset.DATASET.locate(tuple(dataset.DATASET.sha256), fetch=False)
    except DatasetUnavailable:
        return False
    return True


def accuracy(model: Model, part: Part) -> float:
    """The share of samples whose likeliest class is the right one."""
    return float((model.predict(part.x, batch_size=1000, verbose=0).argmax(axis=1) == part.y).mean())


def cross_entropy(model: Model, part: Part) -> float:
    """Mean cross-entropy of a model that gives scores."""
    scores = model.predict(part.x, batch_size=1000, verbose=0).astype(np.float64)
    return float((np.logaddexp.reduce(scores, axis=1) - scores[np.arange(len(part)), part.y]).mean())
