"""Networks by name: shapes, parameters counted by hand, and names that are refused."""

import sys

import numpy as np
import pytest

from pellucid import networks
from pellucid.errors import ArgumentError
from pellucid.layers import Normalization, Rescaling


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("linear", 64 * 10 + 10),
        ("mlp:30", 64 * 30 + 30 + 30 * 10 + 10),
        ("mlp:100,50", 64 * 100 + 100 + 100 * 50 + 50 + 50 * 10 + 10),
        (" MLP: 100 , 50 ", 64 * 100 + 100 + 100 * 50 + 50 + 50 * 10 + 10),
    ],
)
def test_the_network_of_the_name(name, parameters):
    model = networks.build(name, (8, 8), 10)
    assert model.count_params() == parameters
    probabilities = model.predict(np.ones((3, 8, 8), np.float32), verbose=0)
    assert probabilities.shape == (3, 10)
    np.testing.assert_allclose(probabilities.sum(1), 1, rtol=1e-6)


def test_regression_ends_in_plain_numbers():
    model = networks.build("linear", (3,), 1, "regression")
    model.set_weights([np.array([[1.0], [2.0], [-4.0]]), np.array([0.5])])
    np.testing.assert_allclose(model.predict(np.array([[1.0, 1.0, 1.0]], np.float32), verbose=0), [[-0.5]])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mpl:100", "Did you mean 'mlp'"),
        ("", "Known: .*lenet5, linear, lstm, mlp"),
        ("mlp", "positive integers"),
        ("mlp:", "positive integers"),
        ("mlp:100,", "positive integers"),
        ("mlp:0", "positive integers"),
        ("mlp:-5", "positive integers"),
        ("mlp:1.5", "An example: mlp:100,100"),
        ("linear:3", "takes nothing"),
    ],
)
def test_other_names_are_refused_with_a_way_out(name, message):
    with pytest.raises(ArgumentError, match=message):
        networks.build(name, (8, 8), 10)


def test_a_problem_that_is_none_is_refused():
    with pytest.raises(ArgumentError, match="Did you mean 'classification'"):
        networks.build("linear", (8, 8), 10, "clasification")


def test_a_network_of_one_s_own_is_found_by_its_name(monkeypatch):
    monkeypatch.setattr(sys.modules["pellucid.networks.build"], "_NETWORKS", {})
    networks.register("own", "own:7")(networks.mlp)
    assert networks.build("own:7", (2,), 1).count_params() == 2 * 7 + 7 + 7 + 1
    assert networks.names() == ["own:7"]


class TestPreprocessing:
    def test_images_are_divided_by_their_largest_value(self):
        layer = networks.preprocessing(np.array([[[0, 8], [4, 16]]], np.uint8))
        assert isinstance(layer, Rescaling)
        np.testing.assert_allclose(layer(np.full((1, 2, 2), 8, np.uint8)).numpy(), 0.5)

    def test_rows_of_bytes_are_images_too(self):
        assert isinstance(networks.preprocessing(np.full((5, 3), 255, np.uint8)), Rescaling)

    def test_images_in_range_stay_as_they_are(self):
        assert networks.preprocessing(np.linspace(-1, 1, 8).reshape(2, 2, 2)) is None

    def test_columns_come_to_mean_0_and_variance_1(self):
        x = np.random.default_rng(0).normal([5, -300], [0.1, 40], (500, 2)).astype(np.float32)
        layer = networks.preprocessing(x)
        assert isinstance(layer, Normalization)
        y = layer(x).numpy()
        np.testing.assert_allclose(y.mean(0), 0, atol=1e-4)
        np.testing.assert_allclose(y.std(0), 1, atol=1e-4)

    def test_a_column_that_never_varies_becomes_0(self):
        assert networks.preprocessing(np.full((4, 1), 7.0))([[7.0]]).numpy().tolist() == [[0.0]]


def test_a_name_is_text():
    with pytest.raises(ArgumentError, match=r"model: must be a name, such as 'mlp:100,100'\. Received None"):
        networks.build(None, input_shape=(8, 8), outputs=10)


def test_a_shape_of_numbers_is_asked_for():
    for wrong in (32, "32,32", (0, 32, 3)):
        with pytest.raises(ArgumentError, match=r"It takes images \(height, width\) or \(height, width, channels\)"):
            networks.resnet18(wrong)
