"""Normalization: statistics that are given, against scikit-learn's scaler."""

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers import Normalization


def test_as_scikit_learn_scales():
    x = np.random.default_rng(1).normal([3, -50, 0], [2, 10, 1e-3], (200, 3))
    scaler = StandardScaler().fit(x)
    layer = Normalization(mean=scaler.mean_, variance=scaler.var_)
    np.testing.assert_allclose(layer(x.astype(np.float32)).numpy(), scaler.transform(x), rtol=1e-4, atol=1e-4)


def test_one_number_serves_all_features():
    assert Normalization(mean=2.0, variance=4.0)([[4.0, 0.0]]).numpy().tolist() == [[1.0, -1.0]]


def test_its_configuration_makes_it_again():
    config = Normalization(mean=[1.0, 2.0], variance=[4.0, 9.0]).get_config()
    assert Normalization(**config)([[3.0, -1.0]]).numpy().tolist() == [[1.0, -1.0]]


@pytest.mark.parametrize(("mean", "variance"), [([1], [1, 2]), (0, -1), (float("nan"), 1), ([[1]], [[1]]), (0, float("inf"))])
def test_what_is_no_statistic_is_refused(mean, variance):
    with pytest.raises(ArgumentError, match="finite numbers"):
        Normalization(mean=mean, variance=variance)


def test_another_number_of_features_is_refused():
    with pytest.raises(ShapeError, match="must have 2 features"):
        Normalization(mean=[0, 0], variance=[1, 1])([[1.0, 2.0, 3.0]])
