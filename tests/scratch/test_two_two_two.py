"""The smallest network: its gradients held to each other and to the engine's, its lines, its state."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid import ops, tensor
from pellucid.errors import ArgumentError
from pellucid.scratch import two_two_two
from pellucid.scratch.two_two_two import INPUT, TARGET, backpropagation, first_weights, loss, numerical, predict, train


def test_the_forward_pass_worked_out():
    """z1 = sigmoid(0.39), sigmoid(0.38); y = sigmoid of 0.4 z11 + 0.1 z12 + 0.3 and of 0.5 z11 + 0.3 z12 + 0.4."""
    z = 1 / (1 + np.exp([-0.39, -0.38]))
    y = 1 / (1 + np.exp(-np.array([0.4 * z[0] + 0.1 * z[1] + 0.3, 0.5 * z[0] + 0.3 * z[1] + 0.4])))
    np.testing.assert_allclose(predict(first_weights()), y, rtol=1e-14)
    assert loss(first_weights()) == pytest.approx(((y[0] - 0.2) ** 2 + (y[1] - 0.1) ** 2) / 2, rel=1e-14)


def test_the_three_gradients_agree():
    """By differences (error h^2 / 6 of the third derivative), by the chain rule by hand, and by the engine's tape."""
    params = first_weights()
    leaves = {name: tensor(array, requires_grad=True) for name, array in params.items()}
    z1 = ops.sigmoid(ops.linear(np.array(INPUT), leaves["weight1"], leaves["bias1"]))
    y = ops.sigmoid(ops.linear(z1, leaves["weight2"], leaves["bias2"]))
    ops.squared_error(np.array(TARGET), y).backward()
    by_hand, differences = backpropagation(params), numerical(params)
    for name, leaf in leaves.items():
        np.testing.assert_allclose(by_hand[name], leaf.grad, rtol=1e-13)
        np.testing.assert_allclose(differences[name], leaf.grad, rtol=1e-7)


def test_a_run_holds_every_iteration_and_leaves_the_first_weights_alone():
    run = train("backpropagation", iterations=5)
    assert run.predictions.shape == (5, 2)
    assert len(run.gradients) == len(run.params) == 5
    for name, array in first_weights().items():
        np.testing.assert_allclose(run.params[0][name], array - 0.1 * run.gradients[0][name], rtol=1e-15)
    assert not np.array_equal(run.params[0]["bias1"], run.params[1]["bias1"])  # copies, not one array five times
    assert first_weights()["weight1"][0, 0] == 0.1
    np.testing.assert_array_equal(predict(run.params[-1]), run.predictions[-1])


def test_lines_of_any_distance():
    run = train("backpropagation", iterations=7)
    assert [line.split()[0] for line in run.lines(every=3)] == ["[0]", "[3]", "[6]"]
    assert str(run) == run.lines()[0]


def test_what_does_not_fit_is_refused():
    with pytest.raises(ArgumentError, match="Did you mean 'numerical'"):
        train("numericl")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="iterations must be an integer >= 1"):
        two_two_two.train(iterations=0)
