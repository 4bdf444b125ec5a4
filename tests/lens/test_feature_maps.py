"""Feature maps against a model that ends at the layer; filters against the layer's own kernel."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid import layers as L
from pellucid.errors import ArgumentError
from pellucid.lens import feature_maps, filters
from pellucid.networks import lenet5


def test_each_is_what_a_model_that_ends_there_predicts() -> None:
    model = lenet5()
    x = np.random.default_rng(0).uniform(size=(2, 28, 28, 1)).astype(np.float32)
    maps = feature_maps(model, x)
    assert list(maps) == [layer.name for layer in model.layers]
    for end, layer in enumerate(model.layers[1:], 2):
        until = pl.Sequential([L.InputLayer((28, 28, 1)), *model.layers[1:end]])
        np.testing.assert_allclose(maps[layer.name], until.predict(x, verbose=0), rtol=1e-4, atol=1e-5)


def test_inner_layers_second_calls_and_several_inputs() -> None:
    block = pl.Sequential([L.Conv2D(2, 3, padding="same", name="conv")], name="block")
    a, b = pl.Input((4, 4, 2)), pl.Input((4, 4, 2))
    model = pl.Model([a, b], L.Add(name="sum")([block(a), block(b)]))
    x = np.ones((1, 4, 4, 2), np.float32)
    maps = feature_maps(model, [x, 2 * x])
    assert list(maps) == ["block/conv", "block", "block/conv#2", "block#2", "sum"]
    np.testing.assert_allclose(maps["sum"], maps["block"] + maps["block#2"], rtol=1e-6)
    np.testing.assert_array_equal(maps["block"], maps["block/conv"])


def test_they_are_those_of_inference_and_copies() -> None:
    model = pl.Sequential([pl.Input((3,)), L.Dropout(0.5, name="dropout")])
    x = np.ones((2, 3), np.float32)
    maps = feature_maps(model, x)
    assert maps["dropout"].tolist() == x.tolist()
    maps["dropout"][:] = 7
    assert x.max() == 1


def test_filters_are_the_layer_s_kernel() -> None:
    model = pl.Sequential([pl.Input((8, 8, 3)), L.Conv2D(4, 3, name="conv"), L.DepthwiseConv2D(3, name="depthwise"), L.Flatten()])
    kernel = model.get_layer("conv").weights[0].array
    found = filters(model, "conv")
    np.testing.assert_array_equal(found, kernel)
    found[:] = 0
    assert kernel.any()
    assert filters(model, "depthwise").shape == (3, 3, 4, 1)
    assert filters(pl.Sequential([pl.Input((8, 3)), L.Conv1D(4, 5, name="line")]), "line").shape == (5, 3, 4)
    with pytest.raises(ArgumentError, match=r"'flatten.*' has no kernel that slides over images or lines"):
        filters(model, model.layers[-1].name)
