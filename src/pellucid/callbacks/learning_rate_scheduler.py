"""LearningRateScheduler: the learning rate as a function of the epoch."""

from __future__ import annotations

from collections.abc import Callable

from pellucid.callbacks.callback import Callback, Logs
from pellucid.callbacks.schedule import refuse_schedule


class LearningRateScheduler(Callback):
    """Sets ``optimizer.learning_rate = schedule(epoch, rate)`` at the start of each epoch (epochs from 0).

    The rate is checked as any learning rate is, and shown in the history as ``learning_rate``.

    Args:
        schedule: takes the epoch and the present rate, returns the new rate.
        verbose: 1 prints each rate.

    Raises:
        ArgumentError: as training begins: the optimizer has a schedule of its own.
    """

    def __init__(self, schedule: Callable[[int, float], float], verbose: int = 0) -> None:
        self.schedule = schedule
        self.verbose = verbose

    def on_train_begin(self, logs: Logs | None = None) -> None:
        refuse_schedule("LearningRateScheduler", self.model.optimizer)

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        optimizer = self.model.optimizer
        optimizer.learning_rate = self.schedule(epoch, optimizer.learning_rate)
        if self.verbose:
            print(f"Epoch {epoch + 1}: learning rate {optimizer.learning_rate:g}.")

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if isinstance(logs, dict):
            logs["learning_rate"] = self.model.optimizer.learning_rate
