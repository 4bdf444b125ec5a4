"""Mini-batch training written out: batch, gradient, update, again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from pellucid.arguments import integer
from pellucid.errors import ShapeError
from pellucid.random.seed import next_generator
from pellucid.scratch.network import Network

Array = npt.NDArray[Any]


class Updater(Protocol):
    """Anything with ``update(params, grads)``."""

    def update(self, params: Any, grads: Any) -> None: ...


@dataclass(frozen=True)
class TrainingCurves:
    """What a training went through.

    Shapes: losses (iterations,), of each batch after its update; the two accuracies (epochs + 1,): before the first
    iteration, then at the end of each epoch, on all data of the set.
    """

    losses: Array
    train_accuracies: Array
    test_accuracies: Array
    iterations_per_epoch: int


def train_mini_batches(
    network: Network,
    x_train: npt.ArrayLike,
    t_train: npt.ArrayLike,
    x_test: npt.ArrayLike,
    t_test: npt.ArrayLike,
    optimizer: Updater,
    iterations: int = 10_000,
    batch_size: int = 100,
    on_epoch: Callable[[int, float, float], None] | None = None,
) -> TrainingCurves:
    """Train by the lecture's four steps, and note what its two figures show.

    1. draw a mini-batch, 2. compute its gradient, 3. update the parameters, 4. repeat.

    An iteration is one update; an epoch is as many iterations as it takes to draw as many samples as there are. As in the
    lecture each batch is drawn from all samples, so within an epoch some come twice and some not at all; `pellucid.Model.fit`
    goes through them all instead.

    Args:
        network: trained in place.
        x_train, t_train: what is learned from.
        x_test, t_test: what is only looked at: the accuracy on them shows whether it is learning or learning by heart.
        optimizer: with ``update(params, grads)``.
        iterations: number of updates.
        batch_size: samples a batch.
        on_epoch: called with the epoch's number and the two accuracies.

    Raises:
        ShapeError: there is not one target a sample.

    >>> from pellucid.scratch import SGD, TwoLayerNet
    >>> x = np.eye(4)
    >>> curves = train_mini_batches(TwoLayerNet(4, 8, 4), x, np.arange(4), x, np.arange(4), SGD(5.0), 400, batch_size=4)
    >>> len(curves.losses), float(curves.train_accuracies[-1])
    (400, 1.0)
    """
    x, t, x_held, t_held = (np.asarray(array) for array in (x_train, t_train, x_test, t_test))
    for name, samples, targets in (("train", x, t), ("test", x_held, t_held)):
        if samples.shape[:1] != targets.shape[:1] or not samples.size:
            raise ShapeError(
                f"train_mini_batches: x_{name} and t_{name} must be of one length, not empty. Received {samples.shape} and "
                f"{targets.shape}."
            )
    iterations = integer("train_mini_batches", "iterations", iterations, at_least=1)
    batch_size = integer("train_mini_batches", "batch_size", batch_size, at_least=1)
    an_epoch = max(len(x) // batch_size, 1)
    generator = next_generator()
    losses: list[float] = []
    accuracies: list[tuple[float, float]] = []

    def judge() -> None:
        accuracies.append((network.accuracy(x, t), network.accuracy(x_held, t_held)))
        if on_epoch is not None:
            on_epoch(len(accuracies) - 1, *accuracies[-1])

    judge()
    for iteration in range(1, iterations + 1):
        chosen = generator.integers(len(x), size=batch_size)
        x_batch, t_batch = x[chosen], t[chosen]
        optimizer.update(network.params, network.gradient(x_batch, t_batch))
        losses.append(network.loss(x_batch, t_batch))
        if iteration % an_epoch == 0:
            judge()
    train, test = np.array(accuracies).T
    return TrainingCurves(np.array(losses), train, test, an_epoch)
