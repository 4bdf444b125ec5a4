"""S0.6: the chain rule: a composite's gradient shown as the product of its local ones, in numbers."""

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ArgumentError
from pellucid.lens import chain_rule
from pellucid.ops import exp, sigmoid, sin


def scalar(value):
    return pl.tensor(np.float64(value), requires_grad=True)


def test_s0_6_outer_times_inner():
    """d/dx sin(x^2) = cos(x^2) * 2x, worked by hand at x = 3: cos(9) * 6."""
    x = scalar(3.0)
    rule = chain_rule(sin(x**2), x)
    (path,) = rule.paths
    assert [link.derivative for link in path] == pytest.approx([np.cos(9.0), 6.0], rel=1e-12)
    assert rule.derivative == pytest.approx(np.cos(9.0) * 6.0, rel=1e-12)


def test_s0_6_a_neuron():
    """L = (s(w x + b) - t)^2; dL/dw = 2 (s - t) * s (1 - s) * x, each factor a link."""
    w, b = scalar(0.5), scalar(-1.0)
    x, t = 4.0, 1.0
    s = sigmoid(w * x + b)
    rule = chain_rule((s - t) ** 2, w)
    value = 1 / (1 + np.exp(-1.0))
    (path,) = rule.paths
    assert [link.derivative for link in path] == pytest.approx([2 * (value - t), 1.0, value * (1 - value), 1.0, x], rel=1e-12)
    text = str(rule)
    assert "Sigmoid" in text
    assert f"dy/dx = {rule.derivative:g}" in text


def test_s0_6_paths_add_up():
    """x e^x depends on x twice: e^x + x e^x."""
    x = scalar(1.5)
    y = x * exp(x)
    rule = chain_rule(y, x)
    assert len(rule.paths) == 2
    assert rule.derivative == pytest.approx(np.exp(1.5) * 2.5, rel=1e-12)
    y.backward()
    assert rule.derivative == pytest.approx(float(x.grad), rel=1e-12)


def test_s0_6_what_is_not_one_number_is_refused():
    x = pl.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(ArgumentError, match="one number"):
        chain_rule((x * 2).sum(), x)
    with pytest.raises(ArgumentError, match="does not depend"):
        chain_rule(scalar(1.0) * 2, scalar(1.0))
