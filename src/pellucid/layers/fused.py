"""Which activations a layer hands to the product before them."""

from __future__ import annotations

from typing import Any

from pellucid import activations
from pellucid.ops.fused_activation import FusedActivation

# Applied to the product's rows while they are in cache. Sigmoid could be, too, but is left an operation of its own, so that
# a binary cross-entropy finds the logits under it: exact values are worth more than one pass over the output.
FUSED: dict[Any, FusedActivation] = {activations.relu: FusedActivation.RELU, activations.tanh: FusedActivation.TANH}
