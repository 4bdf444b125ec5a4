"""Lambda: any function between layers; in a file by its name alone."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers import Dense, Lambda


@Lambda.register
def shifted(x, by=1.0):
    return x + by


def with_function(function, **settings) -> pl.Sequential:
    return pl.Sequential([pl.Input((2,)), Dense(3), Lambda(function, **settings)])


def test_a_registered_function_and_its_arguments_come_back(tmp_path) -> None:
    model, x = with_function(shifted, arguments={"by": 10.0}), np.ones((4, 2), np.float32)
    model.save(tmp_path / "model")
    np.testing.assert_array_equal(pl.load_model(tmp_path / "model").predict(x), model.predict(x))


def test_a_function_without_a_name_trains_but_is_not_saved(tmp_path) -> None:
    model = with_function(lambda x: pl.ops.tanh(x) * 2)
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 2)), np.ones((4, 3)), verbose=0)
    with pytest.raises(ArgumentError, match=r"files hold names, never code.*Lambda\.register.*or use save_weights"):
        model.save(tmp_path / "model")


def test_a_file_cannot_name_what_is_not_registered() -> None:
    with pytest.raises(ArgumentError, match=r"Lambda: function: 'system' is not known"):
        Lambda("system")
    with pytest.raises(ArgumentError, match="is not known"):
        Lambda("Linear")  # a class of pellucid.ops


def test_knows_training() -> None:
    layer = Lambda(lambda x, training: x * 0 if training else x)
    assert layer([1.0]).numpy().tolist() == [1.0]
    assert layer([1.0], training=True).numpy().tolist() == [0.0]


def test_an_output_shape_is_held_to() -> None:
    Lambda(pl.ops.flatten, output_shape=(6,))(np.ones((2, 2, 3), np.float32))
    with pytest.raises(ShapeError, match=r"output_shape is \(5,\), but the function makes samples of shape \(6,\)"):
        Lambda(pl.ops.flatten, output_shape=(5,))(np.ones((2, 2, 3), np.float32))


def test_refuses_what_is_no_function_and_a_name_for_none() -> None:
    with pytest.raises(ArgumentError, match="must be a function"):
        Lambda(3)
    with pytest.raises(ArgumentError, match="needs a name of its own"):
        Lambda.register(lambda x: x)
