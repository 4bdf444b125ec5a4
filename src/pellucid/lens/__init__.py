"""The lens: what happens inside, in numbers."""

from pellucid.lens.chain_rule import ChainRule, Link, chain_rule
from pellucid.lens.gradient_comparison import GradientComparison, compare_gradients

__all__ = ["ChainRule", "GradientComparison", "Link", "chain_rule", "compare_gradients"]
