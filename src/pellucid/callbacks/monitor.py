"""Watching one quantity of the logs for improvement."""

from __future__ import annotations

import math
import warnings

import numpy as np

from pellucid.callbacks.callback import Logs
from pellucid.errors import ArgumentError

LARGEST_IS_BEST = ("accuracy", "acc", "auc", "precision", "recall", "f1", "f1_score", "fbeta_score", "r2", "r2_score")


class Monitor:
    """Tells whether a quantity improved by more than ``min_delta`` over the best so far.

    Args:
        name: a key of the logs, such as "val_loss".
        mode: "min", "max", or "auto": largest is best for names that end in one of ``LARGEST_IS_BEST``.
        min_delta: least change that counts, >= 0.
        baseline: a value to be beaten first.
    """

    def __init__(self, owner: str, name: str, mode: str, min_delta: float = 0.0, baseline: float | None = None) -> None:
        if mode not in ("auto", "min", "max"):
            raise ArgumentError(f"{owner}: mode must be 'auto', 'min' or 'max'. Received {mode!r}.")
        if mode == "auto":
            mode = "max" if name.endswith(LARGEST_IS_BEST) else "min"
        self.owner = owner
        self.name = name
        self.sign = -1.0 if mode == "max" else 1.0
        self.min_delta = abs(min_delta)
        self.baseline = baseline
        self.reset()

    def reset(self) -> None:
        self.best = math.inf if self.baseline is None else self.sign * self.baseline

    def read(self, logs: Logs | None) -> float | None:
        """The quantity's value; None, with a warning, where the logs do not have it."""
        value = (logs or {}).get(self.name)
        if value is None:
            known = ", ".join(logs or {})
            missing = self.name.startswith("val_") and not any(name.startswith("val_") for name in logs or {})
            hint = " It exists only with validation_data or validation_split: pass one to fit." if missing else ""
            warnings.warn(f"{self.owner}: {self.name!r} is not among the logs ({known}); nothing is watched.{hint}", stacklevel=6)
        if value is not None and np.ndim(value):
            raise ArgumentError(
                f"{self.owner}: {self.name!r} is an array of shape {np.shape(value)}; one number is to be watched."
            )
        return value

    def improved(self, value: float) -> bool:
        """Whether ``value`` is the new best; NaN never is."""
        better = self.beats(value, self.sign * self.best)
        if better:
            self.best = self.sign * value
        return better

    def beats(self, value: float, reference: float) -> bool:
        """Whether ``value`` is better than ``reference`` by more than ``min_delta``."""
        return self.sign * value + self.min_delta < self.sign * reference
