"""The lens: what happens inside, in numbers."""

from pellucid.lens.chain_rule import ChainRule, Link, chain_rule
from pellucid.lens.gradient_comparison import GradientComparison, compare_gradients
from pellucid.lens.receptive_field import ReceptiveField, UnitField, receptive_field_of, receptive_fields
from pellucid.lens.recurrence import Recurrence, Step
from pellucid.lens.through_time import Clipping, ThroughTime, through_time

__all__ = [
    "ChainRule",
    "Clipping",
    "GradientComparison",
    "Link",
    "ReceptiveField",
    "Recurrence",
    "Step",
    "ThroughTime",
    "UnitField",
    "chain_rule",
    "compare_gradients",
    "receptive_field_of",
    "receptive_fields",
    "through_time",
]
