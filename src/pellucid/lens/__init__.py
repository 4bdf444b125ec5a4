"""The lens: what happens inside, in numbers."""

from pellucid.lens.chain_rule import ChainRule, Link, chain_rule
from pellucid.lens.feature_maps import feature_maps, filters
from pellucid.lens.gradient_comparison import GradientComparison, compare_gradients
from pellucid.lens.one_unit import OneUnit, one_unit
from pellucid.lens.receptive_field import ReceptiveField, UnitField, receptive_field_of, receptive_fields
from pellucid.lens.recurrence import Recurrence, Step
from pellucid.lens.through_time import Clipping, ThroughTime, through_time

__all__ = [
    "ChainRule",
    "Clipping",
    "GradientComparison",
    "Link",
    "OneUnit",
    "ReceptiveField",
    "Recurrence",
    "Step",
    "ThroughTime",
    "UnitField",
    "chain_rule",
    "compare_gradients",
    "feature_maps",
    "filters",
    "one_unit",
    "receptive_field_of",
    "receptive_fields",
    "through_time",
]
