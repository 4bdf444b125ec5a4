"""The learning rate as a function of the number of updates made, by Keras' names where it has one."""

from typing import Any

from pellucid.configurable import Registry, serialize
from pellucid.optimizers.schedules.constant import Constant
from pellucid.optimizers.schedules.cosine import CosineDecay, CosineDecayRestarts
from pellucid.optimizers.schedules.exponential import ExponentialDecay, InverseTimeDecay, StepDecay
from pellucid.optimizers.schedules.one_cycle import OneCycle
from pellucid.optimizers.schedules.piecewise import PiecewiseConstantDecay, PolynomialDecay
from pellucid.optimizers.schedules.schedule import Formula, LearningRateSchedule
from pellucid.optimizers.schedules.warmup import Warmup

__all__ = [
    "Constant",
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "Formula",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "OneCycle",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "StepDecay",
    "Warmup",
    "get",
    "register",
    "serialize",
]

registry = Registry[LearningRateSchedule](
    "schedule",
    LearningRateSchedule,
    {
        Constant: [],
        ExponentialDecay: [],
        StepDecay: [],
        InverseTimeDecay: [],
        PiecewiseConstantDecay: [],
        PolynomialDecay: [],
        CosineDecay: [],
        CosineDecayRestarts: [],
        OneCycle: [],
        Warmup: [],
    },
)
register = registry.register


def get(identifier: Any) -> LearningRateSchedule:
    """The schedule for a configuration, or itself.

    >>> get({"class_name": "StepDecay", "config": {"initial_learning_rate": 0.1, "decay_steps": 10}})(10) < 0.02
    True
    """
    return registry.get(identifier)
