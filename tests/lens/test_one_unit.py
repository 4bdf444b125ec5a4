"""One unit's arithmetic: it adds up, and its gradients are those of the whole layer where nothing else has one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import layers as L
from pellucid.errors import ArgumentError, IndexRangeError
from pellucid.lens import one_unit


def stack(*layers: Any, shape: tuple[int, ...] = (7, 6, 4)) -> Any:
    pl.utils.set_random_seed(0)
    model = pl.Sequential([L.InputLayer(shape), *layers])
    for number, parameter in enumerate(model.weights):
        parameter.assign(np.random.default_rng(number).normal(size=parameter.shape))
    return model


CASES: dict[str, tuple[Any, tuple[int, ...], tuple[int, ...]]] = {
    "convolution": (lambda: L.Conv2D(3, 3, padding="same", activation="relu"), (7, 6, 4), (0, 5, 2)),
    "strides and gaps": (lambda: L.Conv2D(3, 2, strides=(2, 1), dilation_rate=2), (7, 6, 4), (2, 3, 0)),
    "groups": (lambda: L.Conv2D(4, 3, groups=2, activation="tanh"), (7, 6, 4), (1, 1, 3)),
    "own activation": (lambda: L.Conv2D(3, 3, activation="gelu"), (7, 6, 4), (1, 2, 1)),
    "no bias": (lambda: L.Conv2D(3, 3, use_bias=False), (7, 6, 4), (-1, -1, -1)),
    "table": (lambda: L.TableConv2D([[0, 1], [2, 3]], 3), (7, 6, 4), (1, 2, 1)),
    "line": (lambda: L.Conv1D(3, 3, padding="causal"), (7, 4), (0, 2)),
    "dense": (lambda: L.Dense(5, activation="tanh"), (30,), (3,)),
    "dense in steps": (lambda: L.Dense(5), (3, 8), (1, 3)),
    "maximum": (lambda: L.MaxPooling2D(2, padding="same"), (7, 6, 4), (3, 2, 1)),
    "mean": (lambda: L.AveragePooling2D(3, strides=2, padding="same"), (7, 6, 4), (0, 0, 1)),
    "whole": (lambda: L.GlobalAveragePooling2D(), (7, 6, 4), (2,)),
    "maximum of a line": (lambda: L.MaxPooling1D(2), (7, 4), (2, 1)),
}


@pytest.mark.parametrize("name", CASES)
def test_it_adds_up_and_goes_back_as_the_layer_does(name: str) -> None:
    make, shape, unit = CASES[name]
    layer = make()
    model = stack(layer, shape=shape)
    x = np.random.default_rng(9).normal(size=(1, *shape)).astype(np.float32)
    found: Any = one_unit(model, x, layer, unit, gradient=2.0)

    value = pl.tensor(x, requires_grad=True)
    y = layer(value)
    y[(0, *unit)].backward(2.0)
    assert found.y == pytest.approx(y.numpy()[(0, *unit)], rel=1e-5, abs=1e-6)
    assert found.products.shape == found.patch.shape == found.kernel.shape == found.dpatch.shape
    assert found.z == pytest.approx(found.products.sum() + found.bias)
    if found.dkernel is None:
        assert found.y == pytest.approx(found.z, rel=1e-5)
    elif not found.activation:
        assert found.y == pytest.approx(found.z, rel=1e-4)
        assert found.dz == 2.0

    # Of this unit alone a gradient arrives, so that of the weights is what it adds, and that of the input its dpatch.
    for parameter in layer.weights:
        grad, own = np.asarray(parameter.grad), np.ravel(found.dbias if parameter.ndim == 1 else found.dkernel)
        if name == "table" and parameter.ndim > 1:  # what is not connected has no weight that learns
            own = found.dkernel[..., [2, 3]].ravel()
        assert np.sort(grad[grad != 0]) == pytest.approx(np.sort(own[own != 0]), rel=1e-4)
    assert value.grad is not None
    assert value.grad.sum() == pytest.approx(_within(found, shape), rel=1e-4, abs=1e-5)


def _within(found: Any, shape: tuple[int, ...]) -> float:
    """The sum of what goes back to places that are not padding."""
    if found.corner is None:
        return float(found.dpatch.sum())
    ones = found.patch != 0  # the input has no zero of its own
    return float(found.dpatch[ones].sum())


def test_by_hand() -> None:
    model = stack(L.Conv2D(1, 2, activation="relu", name="conv"), L.MaxPooling2D((1, 2), name="pool"), shape=(2, 3, 1))
    model.set_weights([np.array([1.0, 0.0, -1.0, 2.0]).reshape(2, 2, 1, 1), [0.5]])
    x = np.array([[3.0, 1.0, 9.0], [2.0, 4.0, 1.0]])[..., None]
    first = one_unit(model, x, "conv", (0, 0, 0))
    assert first.products[..., 0].tolist() == [[3, 0], [-2, 8]]
    assert (first.z, first.y, first.dz, first.dbias) == (9.5, 9.5, 1.0, 1.0)
    second = one_unit(model, x, "conv", (0, 1, 0))  # 1 + 0 - 4 + 2 + 0.5 < 0
    assert (second.corner, second.z, second.y, second.dz) == ((0, 1), -0.5, 0.0, 0.0)
    pooled = one_unit(model, x, "pool", (0, 0, 0), gradient=3.0)
    assert (pooled.kernel.ravel().tolist(), pooled.dpatch.ravel().tolist(), pooled.y) == ([1, 0], [3, 0], 9.5)
    assert (pooled.dkernel, pooled.dbias) == (None, None)


def test_the_softmax_s_own_share() -> None:
    """dy/dz = y (1 - y) for a unit's own z."""
    model = stack(L.Dense(3, activation="softmax", name="output"), shape=(2,))
    found = one_unit(model, [1.0, -1.0], "output", 1)
    assert found.activation == ("softmax",)
    assert found.dz == pytest.approx(found.y * (1 - found.y), rel=1e-5)


def test_no_gradient_of_the_model_is_touched() -> None:
    model = stack(L.Conv2D(2, 3, name="conv"))
    one_unit(model, np.ones((7, 6, 4)), "conv", (0, 0, 0))
    assert [parameter.grad for parameter in model.weights] == [None, None]


def test_large_ones_are_cut_and_say_so() -> None:
    model = stack(L.Conv2D(2, (2, 9), name="conv"), L.Flatten(), L.Dense(2, name="dense"), shape=(3, 10, 6))
    x = np.ones((3, 10, 6))
    assert "and 1 more columns, 2 more channels" in str(one_unit(model, x, "conv", (0, 0, 0)))
    printed = str(one_unit(model, x, "dense", 0))
    assert "and" not in printed  # 8 inputs
    wide = stack(L.Dense(2, name="dense"), shape=(40,))
    assert "and 28 more, less in the last column" in str(one_unit(wide, np.ones(40), "dense", 0))


def test_what_cannot_be_shown_is_refused() -> None:
    model = stack(L.Conv2D(2, 3, name="conv"), L.ReLU(name="relu"))
    with pytest.raises(IndexRangeError, match=r"'conv' has units up to \(4, 3, 1\). Received \(0, 0, 2\)"):
        one_unit(model, np.ones((7, 6, 4)), "conv", (0, 0, 2))
    with pytest.raises(ArgumentError, match=r"'relu' makes its output otherwise"):
        one_unit(model, np.ones((7, 6, 4)), "relu", (0, 0, 0))
    with pytest.raises(ArgumentError, match=r"x must be one sample. Received shape \(2, 7, 6, 4\). Pass x\[:1\]"):
        one_unit(model, np.ones((2, 7, 6, 4)), "conv", (0, 0, 0))


@pytest.mark.parametrize("unit", ["a", (0, 0, 1.5), None])
def test_indices_are_integers(unit: Any) -> None:
    with pytest.raises(ArgumentError, match="one_unit: each index of unit must be an integer"):
        one_unit(stack(L.Conv2D(2, 3, name="conv")), np.zeros((7, 6, 4)), "conv", unit)
