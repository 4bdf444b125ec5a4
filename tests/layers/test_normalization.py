"""Normalization: statistics that are given, against scikit-learn's scaler."""

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

import pellucid as pl
from pellucid.errors import ArgumentError, NotBuiltError, ShapeError
from pellucid.layers import Normalization


def test_as_scikit_learn_scales():
    x = np.random.default_rng(1).normal([3, -50, 0], [2, 10, 1e-3], (200, 3))
    scaler = StandardScaler().fit(x)
    layer = Normalization(mean=scaler.mean_, variance=scaler.var_)
    np.testing.assert_allclose(layer(x.astype(np.float32)).numpy(), scaler.transform(x), rtol=1e-4, atol=1e-4)


def test_one_number_serves_all_features():
    assert Normalization(mean=2.0, variance=4.0)([[4.0, 0.0]]).numpy().tolist() == [[1.0, -1.0]]


def test_a_feature_that_never_varies_becomes_0():
    layer = Normalization()
    layer.adapt(np.array([[5.0, 1.0], [5.0, 3.0]]))
    assert layer([[5.0, 3.0]]).numpy().tolist() == [[0.0, 1.0]]


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


def test_adapts_as_scikit_learn_fits():
    x = np.random.default_rng(1).normal([3, -50, 0], [2, 10, 1e-3], (200, 3))
    scaler = StandardScaler().fit(x)
    for data in (x, [x[:30], x[30:31], x[31:]], (batch for batch in np.split(x, 4))):
        layer = Normalization()
        layer.adapt(data)
        np.testing.assert_allclose(layer.mean, scaler.mean_, rtol=1e-12)
        np.testing.assert_allclose(layer.variance, scaler.var_, rtol=1e-9)


def test_adapts_over_all_axes_but_those_named():
    x = np.random.default_rng(2).normal(size=(7, 4, 3))
    for axis, others in [(1, (0, 2)), ((1, 2), (0,)), (None, (0, 1, 2)), (-1, (0, 1))]:
        layer = Normalization(axis=axis, dtype="float64")
        layer.adapt(x)
        expected = (x - x.mean(axis=others, keepdims=True)) / x.std(axis=others, keepdims=True)
        np.testing.assert_allclose(layer(x).numpy(), expected, rtol=1e-9)


def test_the_way_back():
    layer, back = (Normalization(mean=[1.0, 2.0], variance=[4.0, 9.0], invert=i) for i in (False, True))
    np.testing.assert_allclose(back(layer([[5.0, -3.0]])).numpy(), [[5.0, -3.0]], rtol=1e-6)


def test_without_statistics_it_refuses():
    with pytest.raises(NotBuiltError, match=r"Call adapt\(data\) first"):
        Normalization()([[1.0]])
    with pytest.raises(ArgumentError, match="or neither and call adapt"):
        Normalization(mean=1.0)
    with pytest.raises(ArgumentError, match="at least one sample"):
        Normalization().adapt(np.zeros((0, 3)))
    with pytest.raises(ArgumentError, match="there is no axis"):
        Normalization(axis=3).adapt(np.zeros((2, 3)))


def test_new_statistics_reach_a_program_that_has_run():
    layer = Normalization(mean=0.0, variance=1.0)
    model = pl.Sequential([pl.Input((2,)), layer])
    x = np.array([[1.0, 2.0], [3.0, 6.0]], np.float32)
    np.testing.assert_array_equal(model.predict(x), x)
    layer.adapt(x)
    np.testing.assert_allclose(model.predict(x), [[-1, -1], [1, 1]], rtol=1e-6)


def test_what_was_adapted_is_saved_with_the_model(tmp_path):
    layer = Normalization()
    layer.adapt(np.array([[1.0, 10.0], [3.0, 30.0]]))
    model = pl.Sequential([pl.Input((2,)), layer, pl.layers.Dense(1)])
    model.save(tmp_path / "model")
    x = np.float32([[2, 5]])
    np.testing.assert_array_equal(pl.load_model(tmp_path / "model").predict(x), model.predict(x))
