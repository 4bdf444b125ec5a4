"""The squashing function of LeNet-5."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.autodiff import Tensor


def scaled_tanh(x: Any) -> Tensor:
    """LeCun's tanh, 1.7159 tanh(2/3 x): f(1) = 1, f(-1) = -1, where it bends most, so that targets of 1 and -1 need no large x.

    Source: LeCun, Bottou, Orr and Müller, "Efficient BackProp", 1998; LeNet-5's in "Gradient-based learning applied to document
    recognition", 1998.

    >>> scaled_tanh([0.0, 1.0]).numpy().round(4)
    array([0., 1.], dtype=float32)
    """
    return ops.rescale(ops.tanh(ops.rescale(x, 2 / 3)), 1.7159)
