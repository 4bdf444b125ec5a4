"""SearchSpace: which settings a search may choose, and what it chose."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from pellucid import optimizers
from pellucid.cli.training_run import Settings
from pellucid.errors import ArgumentError

_DIGITS = 4  # of a chosen number: more mean nothing, and the command that trains by them is to be read


@dataclass(frozen=True)
class Range:
    """Numbers from low to high, both included; a fixed number where they are equal.

    >>> Range.parse("--width", "16,256", whole=True), Range.parse("--weight-decay", "0")
    (Range(low=16, high=256), Range(low=0.0, high=0.0))
    """

    low: float
    high: float

    @classmethod
    def parse(cls, option: str, text: str, *, whole: bool = False) -> Range:
        """``LOW,HIGH`` or one number.

        Raises:
            ArgumentError: it is neither, or a number breaks the rule.
        """
        kind = int if whole else float
        try:
            ends = [kind(end) for end in text.split(",")]
            low, high = ends if len(ends) == 2 else (ends[0], *ends)
        except ValueError:
            low, high = math.nan, math.nan
        least = 1 if whole else 0
        if not (least <= low <= high < math.inf) or (low == 0 < high):
            rule = "whole numbers from 1" if whole else "numbers above 0, or 0 alone"
            raise ArgumentError(f"{option}: LOW,HIGH or one value is needed: {rule}, LOW not above HIGH. Received {text!r}.")
        return cls(low, high)


@dataclass(frozen=True)
class SearchSpace:
    """What may be chosen.

    Args:
        learning_rate, weight_decay: on a logarithmic scale.
        optimizers: names.
        layers, width: how many hidden layers and how wide each; both None where the model is given.
        batch_size: choices.
    """

    learning_rate: Range
    weight_decay: Range
    optimizers: tuple[str, ...]
    batch_size: tuple[int, ...]
    layers: Range | None = None
    width: Range | None = None

    def __post_init__(self) -> None:
        for name in self.optimizers:
            optimizers.get(name)
        if self.learning_rate.low == 0:
            raise ArgumentError("--learning-rate: it must be above 0. Received 0.")

    def choose(self, trial: Any, base: Settings) -> Settings:
        """The settings of an Optuna trial: ``base`` with what it suggests."""
        chosen: dict[str, Any] = {
            "optimizer": _one_of(trial, "optimizer", self.optimizers),
            "learning_rate": _between(trial, "learning_rate", self.learning_rate),
            "weight_decay": _between(trial, "weight_decay", self.weight_decay) or None,
            "batch_size": _one_of(trial, "batch_size", self.batch_size),
        }
        if self.layers is not None and self.width is not None:
            layers = _whole(trial, "layers", self.layers, log=False)
            width = _whole(trial, "width", self.width, log=True)
            chosen["model"] = "mlp:" + ",".join([str(width)] * layers)
        return replace(base, **chosen)

    def to_json(self) -> dict[str, Any]:
        """Lists and numbers, for the search's file."""
        values = asdict(self)
        return {
            name: [value["low"], value["high"]] if isinstance(value, dict) else list(value) if isinstance(value, tuple) else value
            for name, value in values.items()
        }


def _between(trial: Any, name: str, given: Range) -> float:
    if given.low == given.high:
        return given.low
    return float(f"{trial.suggest_float(name, given.low, given.high, log=True):.{_DIGITS}g}")


def _whole(trial: Any, name: str, given: Range, *, log: bool) -> int:
    if given.low == given.high:
        return int(given.low)
    return int(trial.suggest_int(name, int(given.low), int(given.high), log=log))


def _one_of(trial: Any, name: str, choices: Sequence[Any]) -> Any:
    return choices[0] if len(choices) == 1 else trial.suggest_categorical(name, list(choices))
