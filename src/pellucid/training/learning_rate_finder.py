"""The learning rate finder: a short trial with a rate that rises, to see where learning is fastest and where it breaks."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.arguments import integer, real
from pellucid.errors import ArgumentError
from pellucid.random.seed import get_seed
from pellucid.random.state import random_state_kept

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class LearningRateTrial:
    """What a trial found: data for a figure, and a suggestion.

    ``suggestion`` is a tenth of the rate at which the smoothed loss is lowest, ``diverged`` the rate at which the trial was
    stopped, None where it went to its end.
    """

    rates: Array
    losses: Array
    smoothed: Array
    suggestion: float
    diverged: float | None

    def __str__(self) -> str:
        end = "no divergence" if self.diverged is None else f"diverged at {self.diverged:.2g}"
        return f"learning rate {self.suggestion:.2g} suggested ({len(self.rates)} steps from {self.rates[0]:.2g}, {end})"


def find_learning_rate(
    model: Any,
    x: Any,
    y: Any,
    *,
    batch_size: int = 32,
    lowest: float = 1e-6,
    highest: float = 10.0,
    steps: int = 100,
    smoothing: float = 0.9,
    divergence: float = 4.0,
) -> LearningRateTrial:
    """Train a copy of a compiled model for some steps while the learning rate rises exponentially.

        rate_i = lowest * (highest / lowest) ^ (i / (steps - 1))

    It stops where the smoothed loss is ``divergence`` times its best or no longer finite. The model, its optimizer and the
    random streams stay as they are. A run of fewer than about 30 steps, or with small batches, tells little.

    Args:
        model: built or not, but compiled with an optimizer and a loss.
        x, y: arrays; batches are drawn from them in random order, again and again.
        batch_size: samples in a step; the rate that suits depends on it.
        lowest, highest: first and last rate, 0 < lowest < highest.
        steps: >= 10.
        smoothing: share of the running mean that is kept, 0 <= smoothing < 1.
        divergence: > 1.

    Raises:
        ArgumentError: an argument breaks its rule.

    Source: Smith, "Cyclical learning rates for training neural networks", 2017, section 3.3; smoothing, stop and suggestion as
    in fastai.

    >>> import numpy as np, pellucid as pl
    >>> pl.utils.set_random_seed(0)
    >>> x = np.random.default_rng(0).normal(size=(200, 3))
    >>> model = pl.Sequential([pl.layers.Dense(1, input_dim=3)])
    >>> model.compile("sgd", "mse")
    >>> trial = pl.find_learning_rate(model, x, x[:, :1])
    >>> 0.001 < trial.suggestion < trial.diverged
    True
    """
    owner = "find_learning_rate"
    size = integer(owner, "batch_size", batch_size, at_least=1)
    lowest = real(owner, "lowest", lowest, above=0)
    highest = real(owner, "highest", highest, above=lowest)
    steps = integer(owner, "steps", steps, at_least=10)
    keep = real(owner, "smoothing", smoothing, at_least=0, below=1)
    divergence = real(owner, "divergence", divergence, above=1)
    inputs, targets = np.asarray(x), np.asarray(y)
    if len(inputs) != len(targets) or not len(inputs):
        raise ArgumentError(f"{owner}: x and y must be of equal length, at least 1. Received {len(inputs)} and {len(targets)}.")
    planned = np.geomspace(lowest, highest, steps)
    rng = np.random.default_rng(get_seed())
    order = rng.permutation(len(inputs))
    losses: list[float] = []
    smoothed: list[float] = []
    mean, place, diverged = 0.0, 0, None
    with random_state_kept():  # the copy of a model that is not built draws its first weights
        trial = copy.deepcopy(model)
        for number, rate in enumerate(planned, start=1):
            if place >= len(order):
                order, place = rng.permutation(len(inputs)), 0
            rows = order[place : place + size]
            place += size
            trial.optimizer.learning_rate = float(rate)
            loss = float(trial.train_on_batch(inputs[rows], targets[rows], return_dict=True)["loss"])
            mean = keep * mean + (1 - keep) * loss
            losses.append(loss)
            smoothed.append(mean / (1 - keep**number))  # a mean that began at 0
            if not math.isfinite(loss) or smoothed[-1] > divergence * min(smoothed):
                diverged = float(rate)
                break
    curve = np.array(smoothed)
    return LearningRateTrial(planned[: len(curve)], np.array(losses), curve, _suggestion(planned[: len(curve)], curve), diverged)


def _suggestion(rates: Array, smoothed: Array) -> float:
    """A tenth of the rate at the lowest point.

    At the point itself learning is about to break. The steepest slope, another usual choice, hangs on single batches: at low
    rates the curve is flat but for them.
    """
    return float(rates[int(np.argmin(np.where(np.isfinite(smoothed), smoothed, np.inf)))] / 10)
