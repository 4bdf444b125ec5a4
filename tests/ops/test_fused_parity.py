"""Activations, losses and normalization against PyTorch: values, gradients, extreme values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pellucid import ops
from pellucid.ops.fused_activation import FusedActivation
from tests.support.parity import EXTREMES, INFINITE, check_parity

torch = pytest.importorskip("torch", reason="needs the extra 'parity'")
pytestmark = pytest.mark.parity

F = torch.nn.functional
RNG = np.random.default_rng(23)
Function = Callable[..., Any]

ACTIVATIONS: dict[str, tuple[Function, Function]] = {
    "relu": (ops.relu, torch.relu),
    "sigmoid": (ops.sigmoid, torch.sigmoid),
    "tanh": (ops.tanh, torch.tanh),
    "leaky_relu": (lambda x: ops.leaky_relu(x, 0.01), F.leaky_relu),
    "relu6": (ops.relu6, F.relu6),
    "elu": (ops.elu, F.elu),
    "selu": (ops.selu, F.selu),
    "celu": (lambda x: ops.celu(x, 0.5), lambda x: F.celu(x, 0.5)),
    "softplus": (ops.softplus, lambda x: torch.logaddexp(x, torch.zeros_like(x))),  # PyTorch's own is x itself from 20 on
    "log_sigmoid": (ops.log_sigmoid, F.logsigmoid),
    "softsign": (ops.softsign, F.softsign),
    "hard_sigmoid": (ops.hard_sigmoid, F.hardsigmoid),
    "hard_tanh": (ops.hard_tanh, F.hardtanh),
    "hard_silu": (ops.hard_silu, F.hardswish),
    "silu": (ops.silu, F.silu),
    "mish": (ops.mish, F.mish),
    "gelu": (ops.gelu, F.gelu),
    "gelu by tanh": (lambda x: ops.gelu(x, approximate=True), lambda x: F.gelu(x, approximate="tanh")),
    "tanh_shrink": (ops.tanh_shrink, F.tanhshrink),
    "soft_shrink": (ops.soft_shrink, F.softshrink),
    "hard_shrink": (ops.hard_shrink, F.hardshrink),
    "threshold": (lambda x: ops.threshold(x, 0.5, -1.0), lambda x: F.threshold(x, 0.5, -1.0)),
    "erf": (ops.erf, torch.erf),
    "expm1": (ops.expm1, torch.expm1),
    "rescale": (lambda x: ops.rescale(x, 0.5, -3.0), lambda x: x * 0.5 - 3.0),
    "softmax": (ops.softmax, lambda x: torch.softmax(x, -1)),
    "log_softmax": (ops.log_softmax, lambda x: torch.log_softmax(x, -1)),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("shape", [(5,), (7, 33), (2, 3, 4)])
def test_activation(name: str, shape: tuple[int, ...]) -> None:
    check_parity(*ACTIVATIONS[name], RNG.normal(size=shape) * 3)


@pytest.mark.parametrize("name", ["relu", "sigmoid", "tanh"])
def test_activation_of_extreme_values(name: str) -> None:
    check_parity(*ACTIVATIONS[name], EXTREMES)
    # PyTorch's ReLU lets a gradient pass where its output is NaN; here [y > 0] is taken at its word.
    check_parity(*ACTIVATIONS[name], INFINITE, gradients=name != "relu")


@pytest.mark.parametrize("name", [n for n in ACTIVATIONS if "softmax" not in n])
def test_activation_far_out(name: str) -> None:
    x = EXTREMES[np.abs(EXTREMES) > 10]
    check_parity(*ACTIVATIONS[name], np.minimum(x, 80) if name == "expm1" else x[np.abs(x) < 1e30])


def test_glu() -> None:
    check_parity(ops.glu, F.glu, RNG.normal(size=(3, 8)))


def test_prelu() -> None:
    check_parity(ops.prelu, F.prelu, RNG.normal(size=(5, 4)), RNG.normal(size=4))


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax_of_extreme_scores(name: str) -> None:
    check_parity(*ACTIVATIONS[name], np.array([[1e4, -1e4, 1e4], [-1e4, -1e4, -1e4], [88.0, 89.0, -104.0]]))


@pytest.mark.parametrize("axis", [0, 1, -2])
def test_softmax_along_another_axis(axis: int) -> None:
    check_parity(lambda x: ops.softmax(x, axis), lambda x: torch.softmax(x, axis), RNG.normal(size=(3, 4, 5)))


@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_softmax_cross_entropy_of_labels(scale: float) -> None:
    check_parity(
        ops.softmax_cross_entropy,
        lambda z, t: F.cross_entropy(z, t, reduction="none"),
        RNG.normal(size=(9, 5)) * scale,
        RNG.integers(0, 5, 9),
    )


@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_softmax_cross_entropy_of_probabilities(scale: float) -> None:
    check_parity(
        ops.softmax_cross_entropy,
        lambda z, t: F.cross_entropy(z, t, reduction="none"),
        RNG.normal(size=(9, 5)) * scale,
        RNG.dirichlet(np.ones(5), 9),
    )


@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_sigmoid_cross_entropy(scale: float) -> None:
    check_parity(
        ops.sigmoid_cross_entropy,
        lambda z, t: F.binary_cross_entropy_with_logits(z, t, reduction="none").mean(-1),
        RNG.normal(size=(9, 5)) * scale,
        RNG.uniform(size=(9, 5)),
    )


def test_squared_error() -> None:
    check_parity(
        ops.squared_error,
        lambda t, y: F.mse_loss(y, t, reduction="none").mean(-1),
        RNG.normal(size=(9, 5)),
        RNG.normal(size=(9, 5)),
    )


THEIR_ACTIVATIONS = {"linear": lambda z: z, "relu": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh}


@pytest.mark.parametrize("activation", FusedActivation)
@pytest.mark.parametrize("rows", [(6,), (2, 3)])
def test_linear(activation: FusedActivation, rows: tuple[int, ...]) -> None:
    check_parity(
        lambda x, w, b: ops.linear(x, w, b, activation),
        lambda x, w, b: THEIR_ACTIVATIONS[activation.value](F.linear(x, w.T, b)),
        RNG.normal(size=(*rows, 7)),
        RNG.normal(size=(7, 4)),
        RNG.normal(size=4),
    )


def test_batch_normalization() -> None:
    """The gradient runs through the batch's moments too."""
    check_parity(
        lambda x, gamma, beta: ops.normalize(x, ops.moments(x), gamma, beta, epsilon=1e-3),
        lambda x, gamma, beta: F.batch_norm(x, None, None, gamma, beta, training=True, eps=1e-3),
        RNG.normal(size=(12, 5)) * 3 + 2,
        RNG.normal(size=5),
        RNG.normal(size=5),
    )
