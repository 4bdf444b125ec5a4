"""Layer, root-mean-square, group and unit normalization: by hand and by scikit-learn; what they refuse."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import preprocessing

import pellucid as pl
from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers import GroupNormalization, LayerNormalization, RMSNormalization, UnitNormalization

X = np.random.default_rng(0).normal(3, 2, (5, 8))


def test_each_sample_is_scaled_as_scikit_learn_scales_columns() -> None:
    y = LayerNormalization(epsilon=1e-12, dtype="float64")(X).numpy()
    np.testing.assert_allclose(y, preprocessing.scale(X.T).T, rtol=1e-9)


def test_epsilon_stands_under_the_root() -> None:
    """1 and 3: variance 1, so with epsilon 3 the deviations -1 and 1 are divided by 2."""
    assert LayerNormalization(epsilon=3.0)([[1.0, 3.0]]).numpy().tolist() == [[-0.5, 0.5]]
    assert RMSNormalization(epsilon=4.0)([[1.0, 3.0]]).numpy() == pytest.approx(np.array([[1, 3]]) / 3)  # (1 + 9) / 2 + 4 = 9


def test_groups() -> None:
    y = GroupNormalization(4, epsilon=1e-12, dtype="float64")(X).numpy()
    np.testing.assert_allclose(y, preprocessing.scale(X.reshape(20, 2).T).T.reshape(5, 8), rtol=1e-6)
    pictures = np.random.default_rng(0).normal(size=(2, 3, 3, 4))
    y = GroupNormalization(-1, epsilon=1e-12, dtype="float64")(pictures).numpy()
    each = pictures.transpose(0, 3, 1, 2).reshape(8, 9)
    np.testing.assert_allclose(y.transpose(0, 3, 1, 2).reshape(8, 9), preprocessing.scale(each.T).T, rtol=1e-9)


def test_unit_length() -> None:
    np.testing.assert_allclose(UnitNormalization(dtype="float64")(X).numpy(), preprocessing.normalize(X), rtol=1e-12)
    x = pl.tensor([[0.0, 0.0]], requires_grad=True)
    y = UnitNormalization()(x)
    assert y.numpy().tolist() == [[0.0, 0.0]]
    y.backward([[1.0, 0.0]])
    assert x.grad is not None
    assert np.isfinite(x.grad).all()


@pytest.mark.parametrize("make", [LayerNormalization, RMSNormalization, UnitNormalization])
def test_axes(make: type[pl.layers.Layer]) -> None:
    for axis in (0, 2, -3, [1, 1], [1, -1]):
        with pytest.raises(ArgumentError, match=r"axis must name axes 1 to 1, each once; axis 0 is the batch"):
            make(axis=axis)(X)
    for axis in ("last", 1.0, []):
        with pytest.raises(ArgumentError, match="axis must be an integer or a list"):
            make(axis=axis)


def test_an_axis_of_open_length() -> None:
    with pytest.raises(ShapeError, match="must have a known length"):
        LayerNormalization()(pl.Input((None,)))


def test_groups_that_do_not_divide() -> None:
    with pytest.raises(ShapeError, match="3 groups do not divide 8 channels"):
        GroupNormalization(3)(X)
    with pytest.raises(ArgumentError, match="groups must be at least 1, or -1"):
        GroupNormalization(0)
