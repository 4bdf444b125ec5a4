"""The elementwise activations with their settings, and inputs that come near no kink of theirs."""

from __future__ import annotations

import numpy as np

from pellucid import ops
from pellucid.autodiff import Op
from pellucid.ops.unary import Unary
from tests.support.op_case import Array, Case

ACTIVATIONS: list[Unary] = [
    ops.Relu(),
    ops.Sigmoid(),
    ops.Tanh(),
    ops.LeakyRelu(0.2),
    ops.LeakyRelu(-0.3),
    ops.Relu6(),
    ops.ThresholdedRelu(0.1, 3.0, 1.0),
    ops.ThresholdedRelu(0.2, None, 0.7),
    ops.ThresholdedRelu(0.0, 1.0, 2.0),  # the ceiling below the threshold: only slope and ceiling are left
    ops.HardSigmoid(),
    ops.HardTanh(),
    ops.SoftShrink(0.5),
    ops.HardShrink(0.5),
    ops.Threshold(1.0, -2.0),
    ops.SparseSigmoid(),
    ops.SparsePlus(),
    ops.Elu(),
    ops.Elu(2.5),
    ops.Elu(0.0),
    ops.Selu(),
    ops.Celu(),
    ops.Celu(0.5),
    ops.Softplus(),
    ops.LogSigmoid(),
    ops.Softsign(),
    ops.TanhShrink(),
    ops.Silu(),
    ops.HardSilu(),
    ops.Mish(),
    ops.Gelu(),
    ops.GeluTanh(),
    ops.Squareplus(),
    ops.Squareplus(0.1),
]


def between_tenths(rng: np.random.Generator) -> tuple[Array, ...]:
    """From -5 to 5; the kinks lie at multiples of 0.1, and each number 0.03 or more from those."""
    return ((rng.permutation(100).reshape(10, 10) - 50 + 0.37) / 10,)


def prelu_inputs(rng: np.random.Generator, *alpha: int) -> tuple[Array, ...]:
    x = rng.uniform(0.2, 2.0, (3, 2, 4)) * rng.choice([-1.0, 1.0], (3, 2, 4))
    return x, rng.normal(size=alpha)


def _cases() -> dict[type[Op], list[Case]]:
    cases: dict[type[Op], list[Case]] = {}
    for op in ACTIVATIONS:
        label = ", ".join(f"{value:g}" for value in op.settings)
        cases.setdefault(type(op), []).append(Case(op, between_tenths, label))
    cases[ops.Sparsemax] = [Case(ops.Sparsemax(axis), lambda rng: (rng.normal(size=(5, 6)),), f"axis {axis}") for axis in (-1, 0)]
    cases[ops.Prelu] = [
        Case(ops.Prelu(), lambda rng: prelu_inputs(rng, 2, 4), "each its own"),
        Case(ops.Prelu(), lambda rng: prelu_inputs(rng, 1, 4), "shared by an axis"),
        Case(ops.Prelu(), lambda rng: prelu_inputs(rng, 2, 1), "shared by the last axis"),
        Case(ops.Prelu(), lambda rng: prelu_inputs(rng), "one"),
    ]
    return cases


ACTIVATION_CASES = _cases()
