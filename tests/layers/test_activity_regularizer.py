"""Penalties on what layers put out."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid.layers import ActivityRegularization, Dense
from pellucid.regularizers import L1, L2

X, Y = np.float32([[1, -2], [3, 0]]), np.zeros((2, 1), np.float32)


def test_by_hand() -> None:
    """|1| + |-2| + |3| = 6 and 1 + 4 + 9 = 14, over two samples."""
    layer = ActivityRegularization(l1=0.1, l2=0.5)
    np.testing.assert_array_equal(layer(X).numpy(), X)
    np.testing.assert_allclose([loss.item() for loss in layer.losses], [0.1 * 6 / 2, 0.5 * 14 / 2], rtol=1e-6)


@pytest.mark.parametrize("eagerly", [False, True])
def test_counts_in_the_loss_and_pulls_outputs_to_0(eagerly: bool) -> None:
    """Linear in x with w = (1, 1): outputs -1 and 3, mean square 5 and the penalty 0.5 * (1 + 9) / 2 = 2.5."""
    model = pl.Sequential([pl.Input((2,)), Dense(1, kernel_initializer="ones", activity_regularizer=L2(0.5))])
    model.compile(pl.optimizers.SGD(0.01), "mse", run_eagerly=eagerly)
    assert model.evaluate(X, Y, verbose=0) == pytest.approx(7.5)
    model.fit(X, Y, verbose=0)
    # dL/dy = 2 y / 2 + 0.5 * 2 y / 2 = 1.5 y; dL/dw = x^T (-1.5, 4.5)
    np.testing.assert_allclose(model.get_weights()[0].ravel(), [1 - 0.01 * 12, 1 - 0.01 * 3], rtol=1e-5)


def test_any_layer_takes_one_and_gives_it_back() -> None:
    layer = pl.layers.ReLU(activity_regularizer=L1(0.25))
    again = pl.layers.get(pl.layers.serialize(layer))
    again(X)
    assert again.losses[0].item() == pytest.approx(0.25 * 4 / 2)
