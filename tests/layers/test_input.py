from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers import Input, InputLayer


def test_the_batch_axis_is_open() -> None:
    x = Input((28, 28), name="image")
    assert x.shape == (None, 28, 28)
    assert x.name == "image"
    assert Input((3,), batch_size=5, dtype="int64").shape == (5, 3)


def test_input_layer_checks_the_shape() -> None:
    layer = InputLayer((2, None), name="in")
    np.testing.assert_array_equal(layer(np.ones((3, 2, 9))).numpy(), np.ones((3, 2, 9)))
    for wrong in [(3, 2), (3, 3, 9), (2, 9, 1, 1)]:
        with pytest.raises(ShapeError, match=r'"in": one sample must have shape \(2, None\)'):
            layer(np.ones(wrong))


@pytest.mark.parametrize("shape", [3, "abc", (0,), (2.5,), (-1, 2), None])
def test_refuses_a_shape(shape: object) -> None:
    for make in (Input, InputLayer):
        with pytest.raises(ArgumentError, match="shape"):
            make(shape)  # type: ignore[operator]


def test_rescaling_takes_bytes() -> None:
    y = pl.layers.Rescaling(1 / 127.5, offset=-1)(np.array([[0, 255]], np.uint8))
    np.testing.assert_allclose(y.numpy(), [[-1, 1]], atol=1e-6)
    assert y.dtype == np.float32
