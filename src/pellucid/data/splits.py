"""Splits of data into training, validation and test set, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.errors import ArgumentError, DataError

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Part:
    """Samples and their targets."""

    x: Array
    y: Array

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, chosen: Mask) -> Part:
        return Part(self.x[chosen], self.y[chosen])


@dataclass(frozen=True)
class Split:
    """Data in its three sets, each with its own use.

    Args:
        train: what the network learns from: gradients come from here alone.
        validation: what choices are made by while training: when to stop, which learning rate, which network. It teaches
            the network nothing, but choices fit themselves to it, so its score is a little too good. None where none is kept.
        test: looked at once, when all is chosen; its score is the one to report. Early stopping never sees it.
    """

    train: Part
    validation: Part | None
    test: Part

    def items(self) -> list[tuple[str, Part, str]]:
        """Each set that there is: its name, its samples, and in a few words its use."""
        uses = [
            ("training", self.train, "what the network learns from"),
            ("validation", self.validation, "watched while it learns, to choose by"),
            ("test", self.test, "not looked at before the end"),
        ]
        return [(name, part, use) for name, part, use in uses if part is not None]


def split(
    x: npt.ArrayLike, y: npt.ArrayLike, *, validation: float = 0.1, test: float = 0.2, stratify: bool = True, seed: int = 0
) -> Split:
    """Split samples at random into a training, a validation and a test set.

    Args:
        x: samples, along the first axis.
        y: as many targets.
        validation: fraction of what is left after the test set is taken; 0 for no validation set.
        test: fraction of all samples.
        stratify: give each part its share of every label; for targets that are numbers rather than labels, pass False.
        seed: the same seed gives the same parts, in any version of NumPy.

    Raises:
        ArgumentError: a fraction is not below 1, or not above 0.
        DataError: x and y differ in length, or are too few for three parts.

    >>> parts = split(np.arange(100), np.arange(100) % 2, seed=1)
    >>> [(name, len(part)) for name, part, use in parts.items()]
    [('training', 72), ('validation', 8), ('test', 20)]
    """
    whole = Part(np.asarray(x), np.asarray(y))
    rest, held_out = split_off(whole, test, stratify=stratify, seed=seed)
    if validation == 0:
        return Split(rest, None, held_out)
    train, chosen = split_off(rest, validation, stratify=stratify, seed=seed)
    return Split(train, chosen, held_out)


def split_off(whole: Part, fraction: float, *, stratify: bool = True, seed: int = 0) -> tuple[Part, Part]:
    """``(rest, held_out)``: a fraction of the samples drawn at random; both parts keep the original order.

    Arguments and errors are those of ``split``.
    """
    if len(whole.x) != len(whole.y):
        raise DataError(f"split: x and y must be equally long. Received {len(whole.x)} samples and {len(whole.y)} targets.")
    if not 0 < fraction < 1:
        raise ArgumentError(f"split: a fraction must lie between 0 and 1. Received {fraction}.")
    labels = whole.y if stratify else np.zeros(len(whole.y), np.int64)
    held_out = stratified_choice(labels, fraction, seed)
    if not 0 < held_out.sum() < len(held_out):
        raise DataError(
            f"split: {len(whole)} samples are too few to hold out a fraction of {fraction}: a part would be empty. "
            "Bring more samples or another fraction."
        )
    return whole[~held_out], whole[held_out]


def stratified_choice(labels: npt.ArrayLike, fraction: float, seed: int) -> Mask:
    """A mask that picks ``round(fraction * n)`` of n samples at random, from each label its share.

    A share that is not whole is rounded down; what is then missing comes from the labels whose shares lost most
    (the method of largest remainders), ties broken by lot.
    """
    # RandomState's streams are frozen (NEP 19), so a seed gives this split for good; those of newer generators may change.
    random = np.random.RandomState(seed)
    names, which, counts = np.unique(np.asarray(labels), return_inverse=True, return_counts=True)
    shares = counts * fraction
    take = np.floor(shares).astype(np.int64)
    lots = random.permutation(len(names))
    short = int(np.floor(fraction * len(which) + 0.5)) - int(take.sum())
    take[np.lexsort((lots, take - shares))[:short]] += 1
    chosen = np.zeros(len(which), bool)
    for label, count in enumerate(take):
        chosen[random.permutation(np.flatnonzero(which == label))[:count]] = True
    return chosen
