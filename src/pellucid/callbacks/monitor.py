"""Watching one quantity of the logs for improvement."""

from __future__ import annotations

import math
import re
import warnings
from typing import Any

import numpy as np

from pellucid.arguments import real
from pellucid.callbacks.callback import Logs
from pellucid.errors import ArgumentError

LARGEST_IS_BEST = ("accuracy", "acc", "auc", "precision", "recall", "f1", "f1_score", "fbeta_score", "r2", "r2_score")


class Monitor:
    """Tells whether a quantity improved by more than ``min_delta`` over the best so far. To be begun before it is asked.

    Args:
        owner: the callback, for messages.
        name: a key of the logs, such as "val_loss".
        mode: "min", "max", or "auto": what the metric of this name says of itself (`Metric.largest_is_best`), as in Keras; else
            largest is best for names that end in one of ``LARGEST_IS_BEST``, smallest for those with "loss" in them.
        min_delta: least change that counts, >= 0.
        baseline: a value to be beaten first.
    """

    def __init__(self, owner: str, name: str, mode: str, min_delta: float = 0.0, baseline: float | None = None) -> None:
        if not isinstance(name, str) or not name:
            raise ArgumentError(f"{owner}: monitor must be a key of the logs, such as 'val_loss'. Received {name!r}.")
        if mode not in ("auto", "min", "max"):
            raise ArgumentError(f"{owner}: mode must be 'auto', 'min' or 'max'. Received {mode!r}.")
        self.owner = owner
        self.name = name
        self.mode = mode
        self.min_delta = abs(real(owner, "min_delta", min_delta))
        self.baseline = baseline
        self.sign = 1.0
        self.best = math.inf

    def begin(self, model: Any) -> None:
        """Forget all values; look up what is best in this model's history.

        Raises:
            ArgumentError: mode is "auto", and neither a metric nor the name tells.
        """
        largest = self._largest_is_best(model) if self.mode == "auto" else self.mode == "max"
        self.sign = -1.0 if largest else 1.0
        self.best = math.inf if self.baseline is None else self.sign * self.baseline

    def _largest_is_best(self, model: Any) -> bool:
        metrics = [m for m in model.metrics if m.largest_is_best is not None]
        for metric in sorted(metrics, key=lambda m: -len(m.name)):  # "precision_at_recall" before "recall"
            # Histories put the part and the output before a metric's name, and count those of one name.
            if re.fullmatch(rf"(.+_)?{re.escape(metric.name)}(_\d+)?", self.name):
                return bool(metric.largest_is_best)
        if self.name.endswith(LARGEST_IS_BEST):
            return True
        if "loss" in self.name:
            return False
        raise ArgumentError(
            f"{self.owner}: nothing tells whether {self.name!r} is best when it is largest or smallest. Pass mode='max' or "
            "mode='min', or say it in the metric's class: largest_is_best = True."
        )

    def read(self, logs: Logs | None) -> float | None:
        """The quantity's value; None, with a warning, where the logs do not have it."""
        value = self.find(logs)
        if value is None:
            known = ", ".join(logs or {})
            missing = self.name.startswith("val_") and not any(name.startswith("val_") for name in logs or {})
            hint = " It exists only with validation_data or validation_split: pass one to fit." if missing else ""
            warnings.warn(f"{self.owner}: {self.name!r} is not among the logs ({known}); nothing is watched.{hint}", stacklevel=6)
        return value

    def find(self, logs: Logs | None) -> float | None:
        """The quantity's value; None where the logs do not have it.

        Raises:
            ArgumentError: it is an array.
        """
        value = (logs or {}).get(self.name)
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
