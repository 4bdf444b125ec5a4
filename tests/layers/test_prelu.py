"""PReLU: slopes of each element or shared, learned with the rest."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers import ELU, LeakyReLU, PReLU, ReLU


@pytest.mark.parametrize(
    ("shared_axes", "shape", "slopes"),
    [(None, (5, 3), (3,)), (None, (2, 3, 4), (3, 4)), (1, (2, 3, 4), (1, 4)), ([1, 2], (2, 5, 6, 3), (1, 1, 3))],
)
def test_shapes_of_the_slopes(shared_axes, shape, slopes) -> None:  # type: ignore[no-untyped-def]
    layer = PReLU(shared_axes=shared_axes)
    layer(np.ones(shape, np.float32))
    assert layer.alpha.shape == slopes


def test_values_and_gradients_by_hand() -> None:
    """Slopes (0.5, 2), shared by the two samples (-1, -3) and (4, -5): alpha's gradients are -1 and -3 - 5."""
    layer = PReLU()
    layer(np.zeros((1, 2)))
    layer.set_weights([np.array([0.5, 2.0])])
    x = pl.tensor([[-1.0, -3.0], [4.0, -5.0]], requires_grad=True)
    y = layer(x)
    y.sum().backward()
    assert y.numpy().tolist() == [[-0.5, -6.0], [4.0, -10.0]]
    assert x.grad.tolist() == [[0.5, 2.0], [1.0, 2.0]]
    assert layer.alpha.grad.tolist() == [-1.0, -8.0]


@pytest.mark.parametrize("shared_axes", [None, [1], [2], [1, 2]])
def test_it_learns_the_slope_that_made_the_data(shared_axes) -> None:  # type: ignore[no-untyped-def]
    x = np.random.default_rng(0).normal(size=(400, 3, 4)).astype("float32")
    model = pl.Sequential([pl.Input((3, 4)), PReLU(shared_axes=shared_axes)])
    model.compile(pl.optimizers.Adam(0.05), "mse")
    model.fit(x, np.where(x > 0, x, 0.3 * x), epochs=30, batch_size=50, verbose=0)
    np.testing.assert_allclose(model.get_weights()[0], 0.3, atol=1e-3)


def test_a_constraint_holds_the_slopes() -> None:
    x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
    model = pl.Sequential([pl.Input((3,)), PReLU(alpha_constraint="non_neg")])
    model.compile(pl.optimizers.SGD(0.5), "mse")
    model.fit(x, -10 * np.abs(x), epochs=2, verbose=0)
    assert (model.get_weights()[0] >= 0).all()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: PReLU(shared_axes=[0]), ArgumentError, "PReLU: shared_axes must be an integer >= 1. Received 0"),
        (lambda: PReLU(shared_axes=[3])(np.ones((2, 3))), ArgumentError, r"shared_axes must be axes of the input.*\[3\]"),
        (lambda: PReLU().build((None, None, 3)), ShapeError, r"an axis of unknown length must be shared.*shared_axes=\[1\]"),
        (lambda: LeakyReLU(-0.1), ArgumentError, "LeakyReLU: negative_slope must be a number >= 0. Received -0.1"),
        (lambda: LeakyReLU(None), ArgumentError, "LeakyReLU: negative_slope must be a number >= 0. Received None"),
        (lambda: ReLU(max_value=-1), ArgumentError, "ReLU: max_value must be a number >= 0"),
        (lambda: ReLU(threshold=-1), ArgumentError, "ReLU: threshold must be a number >= 0"),
        (lambda: ELU(alpha=-1), ArgumentError, "ELU: alpha must be a number >= 0"),
    ],
)
def test_refused(call, error: type[Exception], message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(error, match=message):
        call()
