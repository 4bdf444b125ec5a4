"""S2.12: the vanilla recurrent network, several layers of it, and backpropagation through time with shared weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import pellucid as pl
from pellucid.autodiff import Tensor
from pellucid.lens import compare_gradients, through_time

Array = npt.NDArray[Any]


def network(*layers: str, units: int = 3, time: int = 20) -> pl.Sequential:
    """Recurrent layers one above the other, in float64; the last gives its last state."""
    double: dict[str, Any] = {"dtype": "float64"}
    below = [getattr(pl.layers, name)(units, return_sequences=True, **double) for name in layers[:-1]]
    last = getattr(pl.layers, layers[-1])(units, **double)
    entry, exit_ = pl.layers.Input((time, 2), dtype="float64"), pl.layers.Dense(1, **double)
    return pl.Sequential([entry, *below, last, exit_], **double)


def squared_error(target: Any, y: Tensor) -> Tensor:
    difference = y - target
    return (difference * difference).mean()


def data(time: int = 20) -> tuple[Array, Array]:
    rng = np.random.default_rng(2)
    return rng.normal(size=(3, time, 2)), rng.normal(size=(3, 1))


@pytest.mark.parametrize(
    "layers",
    [("SimpleRNN",), ("LSTM",), ("GRU",), ("SimpleRNN", "SimpleRNN", "SimpleRNN"), ("LSTM", "GRU")],
    ids="-".join,
)
def test_s2_12_gradients_through_twenty_steps_by_central_differences(layers: tuple[str, ...]) -> None:
    """Every weight of every layer, moved by itself; the same weights act at each of the twenty steps."""
    model, (x, y) = network(*layers, units=2), data()
    found = compare_gradients(lambda: squared_error(y, model(x)), model.trainable_weights, h=1e-5)
    assert found.worst < 1e-8, str(found)


def test_s2_12_a_vanilla_cell_by_hand() -> None:
    """h_t = tanh(x_t u + h_{t-1} w), L = h_2; u = w = 0.5, x = 1, 1: h_1 = tanh 0.5, h_2 = tanh(0.5 + 0.5 h_1)."""
    cell = pl.layers.SimpleRNN(1, use_bias=False, dtype="float64")
    cell(np.ones((1, 2, 1)))
    cell.set_weights([[[0.5]], [[0.5]]])
    (one,) = through_time(cell, np.ones((1, 2, 1)), None, loss=lambda _, h: h.sum())
    h1 = np.tanh(0.5)
    h2 = np.tanh(0.5 + 0.5 * h1)
    slope1, slope2 = 1 - h1**2, 1 - h2**2
    np.testing.assert_allclose(one.gradient.ravel(), [0.5 * slope2, 1], rtol=1e-14)
    np.testing.assert_allclose(one.contribution(0)["kernel"], [[0.5 * slope2 * slope1]], rtol=1e-14)
    np.testing.assert_allclose(one.contribution(1)["kernel"], [[slope2]], rtol=1e-14)
    np.testing.assert_allclose(one.total["recurrent_kernel"], [[slope2 * h1]], rtol=1e-14)  # at the first step h_0 = 0
    np.testing.assert_allclose(one.whole["kernel"], one.total["kernel"], rtol=1e-14)


def test_s2_12_the_shared_weights_gradient_is_the_sum_over_steps_and_layers_agree_with_the_engine() -> None:
    model, (x, y) = network("SimpleRNN", "SimpleRNN"), data()
    seen = through_time(model, x, y, loss=squared_error)
    assert len(seen) == 2
    for weight in model.trainable_weights:
        weight.grad = None
    squared_error(y, model(x)).backward()
    for weight in model.trainable_weights:
        np.testing.assert_allclose(seen.gradients[weight.name], weight.grad, rtol=1e-10, atol=1e-14)
    for one in seen:
        assert one.difference < 1e-13


def test_s2_12_the_gradient_vanishes_or_explodes_in_a_vanilla_network_and_gates_keep_it() -> None:
    """Sixty steps. Recurrent weights below 1 let the gradient vanish, above 1 explode; a gate that is nearly open keeps it."""
    time = 60
    x, y = np.zeros((1, time, 2)), np.ones((1, 1))

    def first_by_last(model: pl.Sequential) -> float:
        (one,) = through_time(model, x, y, loss=squared_error)
        return float(one.norm[0] / one.norm[-1])

    def scaled(name: str, factor: float, gate: float) -> pl.Sequential:
        """Recurrent weights: the identity times a factor; in gated cells 0, and the gate that keeps the state sigmoid(gate)."""
        model = network(name, units=2, time=time)
        layer = model.layers[-2]
        kernel, recurrent, bias = layer.get_weights()
        recurrent = np.eye(2) * factor if name == "SimpleRNN" else np.zeros_like(recurrent)
        bias = np.zeros_like(bias)
        if name == "LSTM":
            bias[2:4] = gate
        elif name == "GRU":
            bias[0, :2] = gate
        layer.set_weights([kernel, recurrent, bias])
        return model

    assert first_by_last(scaled("SimpleRNN", 0.5, 0)) == pytest.approx(0.5 ** (time - 1), rel=1e-6)  # tanh' = 1 at 0
    assert first_by_last(scaled("SimpleRNN", 1.2, 0)) == pytest.approx(1.2 ** (time - 1), rel=1e-6)
    kept = 1 / (1 + np.exp(-6.0))
    assert first_by_last(scaled("GRU", 0, 6.0)) == pytest.approx(kept ** (time - 1), rel=1e-6)  # 0.86
    (one,) = through_time(scaled("LSTM", 0, 6.0), x, y, loss=squared_error)
    cells = np.linalg.norm(one.steps.states["c"][0], axis=-1)
    assert cells[0] / cells[-1] == pytest.approx(kept ** (time - 1), rel=1e-6)


def test_s2_12_clipping_keeps_an_exploding_gradient_s_direction_and_bounds_its_norm() -> None:
    model = network("SimpleRNN", units=2, time=60)
    kernel, _, bias = model.layers[-2].get_weights()
    model.layers[-2].set_weights([kernel, np.eye(2) * 1.3, bias])
    seen = through_time(model, np.full((1, 60, 2), 1e-9), np.ones((1, 1)), loss=squared_error)
    clipped = seen.clipped(1.0)
    assert clipped.before > 1
    assert clipped.after == pytest.approx(1)
    for name, gradient in seen.gradients.items():
        np.testing.assert_allclose(clipped.gradients[name] * clipped.before, gradient, rtol=1e-12, atol=1e-14)
