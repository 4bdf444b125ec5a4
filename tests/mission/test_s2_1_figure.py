"""S2.1, the figure: gradient norm by layer for stacks of sigmoids and of ReLU and its variants."""

import numpy as np
import pytest

from pellucid.figures import vanishing
from pellucid.figures.picture import Settings


@pytest.fixture(scope="module")
def data():
    return vanishing.compute(Settings(quick=True))


def test_s2_1_the_sigmoid_s_gradient_vanishes_on_its_way_to_the_first_layer(data):
    norm = data.norm[data.name.index("sigmoid")]
    assert len(norm) == 20
    assert (np.diff(norm) > 0).all()
    assert norm[0] < 1e-9 * norm[-1]


def test_s2_1_relu_and_its_variants_let_it_through(data):
    assert data.name[1:] == ("ReLU", "leaky ReLU", "PReLU", "ELU")
    ratio = data.norm[1:, 0] / data.norm[1:, -1]
    assert ((ratio > 0.01) & (ratio < 100)).all()


def test_s2_1_so_the_sigmoids_go_on_guessing_and_the_relus_learn(data):
    sigmoid, relu = data.loss
    assert sigmoid[-1] == pytest.approx(np.log(10), abs=0.1)
    assert relu[-1] < 0.8 * relu[0]
