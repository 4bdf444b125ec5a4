"""Optimizers side by side: one network each, the same beginning, the same batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.arguments import integer
from pellucid.errors import ArgumentError, ShapeError
from pellucid.random.streams import generator as stream
from pellucid.scratch.data import smooth_curve
from pellucid.scratch.multi_layer_net import MultiLayerNet
from pellucid.scratch.optimizers import SGD, AdaGrad, Adam, Momentum, RMSprop
from pellucid.scratch.training import Updater

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class OptimizerComparison:
    """The loss of each optimizer's network at each iteration, by the optimizer's name; each (iterations,)."""

    losses: dict[str, Array]

    @property
    def smoothed(self) -> dict[str, Array]:
        """The same, each point averaged with its neighbours, so that the curves can be told apart."""
        return {name: smooth_curve(values) for name, values in self.losses.items()}

    def final(self, share: float = 0.05) -> dict[str, float]:
        """The mean loss over the last ``share`` of the iterations, lowest first."""
        means = {name: float(values[-max(1, int(len(values) * share)) :].mean()) for name, values in self.losses.items()}
        return dict(sorted(means.items(), key=lambda item: item[1]))

    def __str__(self) -> str:
        steps = max((len(values) for values in self.losses.values()), default=0)
        lines = [f"Loss at the end of {steps} iterations on the same batches:"]
        return "\n".join(lines + [f"  {name:<10}{loss:.4f}" for name, loss in self.final().items()])


def all_optimizers() -> dict[str, Updater]:
    """Each with the settings that it has by itself."""
    return {"SGD": SGD(), "Momentum": Momentum(), "AdaGrad": AdaGrad(), "RMSprop": RMSprop(), "Adam": Adam()}


def compare_optimizers(
    x_train: npt.ArrayLike,
    t_train: npt.ArrayLike,
    optimizers: Mapping[str, Updater] | None = None,
    *,
    hidden_size_list: Sequence[int] = (100, 100, 100, 100),
    output_size: int = 10,
    batch_size: int = 128,
    iterations: int = 2000,
    seed: int = 0,
    on_iteration: Callable[[int], None] | None = None,
) -> OptimizerComparison:
    """Train one `MultiLayerNet` an optimizer, all on the same batches, and note the loss of each batch after its update.

    All begin from the same weights, too (in the lesson's listing each network draws its own), so that what differs is the
    optimizer alone. What it shows is of these settings and this network: another learning rate can turn the order round.
    In float32.

    Args:
        x_train: samples (N, inputs), best between 0 and 1.
        t_train: labels (N,) or one-hot targets.
        optimizers: by name; `all_optimizers` where absent.
        hidden_size_list, output_size: of the network.
        batch_size: samples a batch, drawn from all samples each time.
        iterations: number of updates.
        seed: of weights and batches.
        on_iteration: called with each iteration's number, from 0.

    Raises:
        ShapeError: there is not one target a sample.
        ArgumentError: there is no optimizer.

    >>> x, t = np.eye(4), np.arange(4)
    >>> result = compare_optimizers(x, t, hidden_size_list=[8], output_size=4, batch_size=4, iterations=50)
    >>> list(result.losses), result.losses["Adam"].shape
    (['SGD', 'Momentum', 'AdaGrad', 'RMSprop', 'Adam'], (50,))
    """
    x, t = np.asarray(x_train, np.float32), np.asarray(t_train)
    if x.ndim != 2 or x.shape[:1] != t.shape[:1] or not x.size:
        raise ShapeError(f"compare_optimizers: x must be (N, inputs) with N targets. Received {x.shape} and {t.shape}.")
    chosen = all_optimizers() if optimizers is None else dict(optimizers)
    if not chosen:
        raise ArgumentError("compare_optimizers: optimizers must hold at least one. Received none. Leave it out for all.")
    iterations = integer("compare_optimizers", "iterations", iterations, at_least=1)
    batch_size = integer("compare_optimizers", "batch_size", batch_size, at_least=1)
    networks = {name: MultiLayerNet(x.shape[1], hidden_size_list, output_size, seed=seed, dtype="float32") for name in chosen}
    losses: dict[str, Array] = {name: np.empty(iterations) for name in chosen}
    batches = stream(seed, "batches")
    for iteration in range(iterations):
        places = batches.integers(len(x), size=batch_size)
        x_batch, t_batch = x[places], t[places]
        for name, optimizer in chosen.items():
            network = networks[name]
            optimizer.update(network.params, network.gradient(x_batch, t_batch))
            losses[name][iteration] = network.loss(x_batch, t_batch)
        if on_iteration is not None:
            on_iteration(iteration)
    return OptimizerComparison(losses)
