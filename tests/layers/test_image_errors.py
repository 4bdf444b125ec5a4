"""What does not fit an image layer: the error shows the arithmetic, names the layer, and says the way out."""

from __future__ import annotations

import json

import numpy as np
import pytest

import pellucid as pl
from pellucid import layers
from pellucid.errors import ArgumentError, ShapeError

TALL = r": a window of 5x5 does not fit an input of 4x7: along the height, 5 is more than 0 \+ 4 \+ 0 = 4 \(padding before, input"


@pytest.mark.parametrize(
    "layer",
    [
        layers.Conv2D(2, 5, name="c"),
        layers.DepthwiseConv2D(5, name="c"),
        layers.SeparableConv2D(2, 5, name="c"),
        layers.TableConv2D([[0, 1]], 5, name="c"),
        layers.MaxPooling2D(5, name="c"),
        layers.AveragePooling2D(5, name="c"),
        layers.LpPooling2D(2, 5, name="c"),
        layers.StochasticPooling2D(5, name="c"),
        layers.Subsampling2D(5, name="c"),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_a_window_larger_than_the_image(layer: layers.Layer) -> None:
    with pytest.raises(ShapeError, match=f'{type(layer).__name__} "c"{TALL}'):
        layer(np.zeros((1, 4, 7, 3)))


def test_a_window_larger_than_the_padded_image() -> None:
    """Zeros around count, and so do the gaps that dilation leaves."""
    model = pl.Sequential([layers.ZeroPadding2D(1), layers.Conv2D(2, 7, name="c")])
    with pytest.raises(ShapeError, match=r"7x7 does not fit an input of 6x6: along the height, 7 is more than 0 \+ 6 \+ 0 = 6"):
        model(np.zeros((1, 4, 4, 1)))
    with pytest.raises(ShapeError, match=r"3 with dilation 2, which covers \(3 - 1\) x 2 \+ 1 = 5, is more than 0 \+ 4 \+ 0 = 4"):
        layers.Conv2D(2, 3, dilation_rate=2)(np.zeros((1, 4, 4, 1)))
    with pytest.raises(ShapeError, match=r"a window of 9 does not fit an input of 4: along the length, 9 is more than"):
        layers.Conv1D(2, 9)(np.zeros((1, 4, 3)))


def test_a_net_tells_which_of_its_layers_has_no_room() -> None:
    """8 x 8: the first convolution leaves 4 x 4, the pooling 2 x 2, the second finds 2 for its 5."""
    with pytest.raises(ShapeError, match=r'Conv2D "second": a window of 5x5 does not fit an input of 2x2'):
        pl.Sequential([pl.Input((8, 8, 1)), layers.Conv2D(2, 5), layers.MaxPooling2D(), layers.Conv2D(2, 5, name="second")])


@pytest.mark.parametrize(
    "layer",
    [
        layers.Conv2D(2, 3, name="c"),
        layers.DepthwiseConv2D(3, name="c"),
        layers.SeparableConv2D(4, 3, name="c"),
        layers.Conv2DTranspose(2, 3, name="c"),
        layers.TableConv2D([[0], [1, 2]], 3, name="c"),
        layers.Subsampling2D(name="c"),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_other_channels(layer: layers.Layer) -> None:
    layer(np.zeros((1, 8, 8, 3)))
    with pytest.raises(
        ShapeError, match=r'"c": the input has 4 channels, but .* was built for 3\. Received shape \(1, 8, 8, 4\)'
    ):
        layer(np.zeros((1, 8, 8, 4)))


@pytest.mark.parametrize("layer", [layers.BatchNormalization(name="n"), layers.GroupNormalization(1, name="n")], ids=repr)
def test_other_channels_to_normalize(layer: layers.Layer) -> None:
    layer(np.zeros((1, 8, 8, 3)))
    with pytest.raises(ShapeError, match=r'"n": the input has 4 entries along axis -1, but the layer was built for 3'):
        layer(np.zeros((1, 8, 8, 4)))


def test_groups_that_do_not_divide() -> None:
    with pytest.raises(ArgumentError, match=r"Conv2D: groups must divide filters: 4 by 3 leaves 1"):
        layers.Conv2D(4, 1, groups=3)
    with pytest.raises(ArgumentError, match=r'Conv2D "c": groups must divide the input\'s channels: 3 by 2 leaves 1'):
        layers.Conv2D(4, 1, groups=2, name="c")(np.zeros((1, 4, 4, 3)))
    with pytest.raises(ShapeError, match=r'"n": 3 groups do not divide 4 channels\. Set groups to a divisor'):
        layers.GroupNormalization(3, name="n")(np.zeros((1, 4, 4, 4)))


@pytest.mark.parametrize(
    "layer",
    [layers.Conv2D(2, 3), layers.MaxPooling2D(), layers.LpPooling2D(), layers.GlobalAveragePooling2D(), layers.RandomFlip()],
    ids=lambda layer: type(layer).__name__,
)
def test_grey_images_without_their_axis(layer: layers.Layer) -> None:
    with pytest.raises(
        ShapeError, match=r"\(batch, height, width, channels\)\. Received shape \(1, 28, 28\).* Reshape\(\(28, 28, 1\)\)"
    ):
        layer(np.zeros((1, 28, 28)))


def test_nothing_left_to_crop() -> None:
    with pytest.raises(ShapeError, match="nothing is left of an axis of 4 without 2 before and 2 after"):
        layers.Cropping2D(2)(np.zeros((1, 4, 5, 3)))


@pytest.mark.parametrize(
    "layer",
    [layers.CenterCrop(9, 9), layers.GlobalMaxPooling2D(), layers.RandomFlip(), layers.MaxPooling2D(), layers.Conv2D(1, 1)],
    ids=lambda layer: type(layer).__name__,
)
def test_an_image_without_places(layer: layers.Layer) -> None:
    with pytest.raises(ShapeError, match=r"the input must have at least one place\. Received shape \(2, 0, 6, 3\)"):
        layer(np.zeros((2, 0, 6, 3)), training=True)


@pytest.mark.parametrize(
    ("make", "same"),
    [
        (lambda n: layers.Conv2D(n, n, strides=(n, n), padding="same"), layers.Conv2D(2, 2, strides=(2, 2), padding="same")),
        (layers.MaxPooling2D, layers.MaxPooling2D(2)),
        (layers.UpSampling2D, layers.UpSampling2D(2)),
        (lambda n: layers.ZeroPadding2D((n, (n, n))), layers.ZeroPadding2D((2, (2, 2)))),
        (layers.Cropping1D, layers.Cropping1D(2)),
        (lambda n: layers.UnitNormalization((n, n)), layers.UnitNormalization((2, 2))),
        (lambda n: layers.Normalization(axis=n), layers.Normalization(axis=2)),
        (lambda n: layers.InputLayer((n, None)), layers.InputLayer((2, None))),
        (lambda n: layers.Dropout(0.5, noise_shape=(None, n)), layers.Dropout(0.5, noise_shape=(None, 2))),
    ],
    ids=lambda entry: type(entry).__name__,
)
def test_numpys_integers_are_integers(make, same) -> None:
    """What np.prod gives, say; a model's file holds Python's."""
    made = {key: value for key, value in make(np.int64(2)).get_config().items() if key != "name"}
    assert json.dumps(made) == json.dumps({key: value for key, value in same.get_config().items() if key != "name"})
