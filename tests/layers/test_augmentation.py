"""Augmentation: what each does by hand, that draws hang on seed, step and place alone, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import ndimage

import pellucid as pl
from pellucid import layers
from pellucid.engine.team import num_threads
from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers.augmentation import Augmentation

Array = npt.NDArray[Any]

IMAGE = np.arange(20.0, dtype=np.float32).reshape(1, 4, 5, 1)
SOME = np.random.default_rng(0).uniform(size=(8, 6, 6, 2)).astype(np.float32)

EACH: list[Callable[..., layers.Layer]] = [
    lambda **s: layers.RandomFlip(**s),
    lambda **s: layers.RandomRotation(0.2, **s),
    lambda **s: layers.RandomZoom(0.3, **s),
    lambda **s: layers.RandomTranslation(0.3, 0.3, **s),
    lambda **s: layers.RandomContrast(0.5, (0, 1), **s),
    lambda **s: layers.RandomBrightness(0.5, (0, 1), **s),
    lambda **s: layers.RandomCrop(4, 4, **s),
    lambda **s: layers.StochasticPooling2D(**s),
]


def test_all_are_here() -> None:
    own = {cls for cls in layers.registry.classes() if issubclass(cls, Augmentation)} | {layers.StochasticPooling2D}
    assert {type(make()) for make in EACH} == own


@pytest.mark.parametrize("make", EACH[:-2])
def test_prediction_hands_images_on(make: Callable[..., layers.Layer]) -> None:
    np.testing.assert_array_equal(make()(SOME).numpy(), SOME)


@pytest.mark.parametrize("make", EACH)
def test_each_image_of_a_batch_has_a_draw_of_its_own(make: Callable[..., layers.Layer]) -> None:
    alike = np.repeat(SOME[:1], 8, axis=0)
    assert len({y.tobytes() for y in make(seed=5)(alike, training=True).numpy()}) > 1


def test_a_draw_hangs_on_step_and_place_not_on_the_batch_around() -> None:
    rows = np.zeros((8, 3))
    together = pl.ops.uniform_rows(rows, 2, key=9, clock=(3, 10)).numpy()
    np.testing.assert_array_equal(pl.ops.uniform_rows(rows[:3], 2, key=9, clock=(3, 15)).numpy(), together[5:])
    assert not np.array_equal(pl.ops.uniform_rows(rows, 2, key=9, clock=(4, 10)).numpy(), together)
    assert not np.array_equal(pl.ops.uniform_rows(rows, 2, key=8, clock=(3, 10)).numpy(), together)


@pytest.mark.parametrize("make", EACH)
def test_training_shows_the_same_pictures_whatever_the_threads(make: Callable[..., layers.Layer]) -> None:
    """The layer hands its images to a loss that only adds them up: equal losses at each step, with one thread and with three."""
    seen = []
    before = num_threads()
    for threads in (1, 3):
        pl.utils.set_num_threads(threads)
        try:
            pl.utils.set_random_seed(4)
            model = pl.Sequential([pl.Input((6, 6, 2)), make(), layers.Flatten(), layers.Dense(1, kernel_initializer="ones")])
            model.compile(pl.optimizers.SGD(0.0), lambda y, z: z)
            seen.append(model.fit(SOME, np.zeros((8, 1)), batch_size=3, epochs=2, shuffle=False, verbose=0).history["loss"])
        finally:
            pl.utils.set_num_threads(before)
    assert seen[0] == pytest.approx(seen[1], rel=1e-6)
    if "Flip" not in type(make()).__name__:  # whose pixels always add up to the same
        assert seen[0][0] != seen[0][1]


def test_flips_are_exact() -> None:
    x = np.repeat(IMAGE, 200, axis=0)
    y = layers.RandomFlip(seed=1)(x, training=True).numpy()
    turned = [IMAGE[0], IMAGE[0, ::-1], IMAGE[0, :, ::-1], IMAGE[0, ::-1, ::-1]]
    counts = [sum(np.array_equal(one, other) for one in y) for other in turned]
    assert sum(counts) == 200
    assert min(counts) > 30
    vertical = layers.RandomFlip("vertical", seed=1)(x, training=True).numpy()
    assert {one.tobytes() for one in vertical} == {turned[0].tobytes(), np.ascontiguousarray(turned[1]).tobytes()}


@pytest.mark.parametrize(("fill_mode", "scipy"), [("reflect", "reflect"), ("constant", "constant"), ("nearest", "nearest")])
@pytest.mark.parametrize("angle", [0.05, -0.2])
def test_rotation_is_scipy_s(angle: float, fill_mode: str, scipy: str) -> None:
    """SciPy turns the other way round: its rows go down."""
    layer = layers.RandomRotation((angle, angle), fill_mode, dtype="float64")
    x = SOME[:1].astype(np.float64)
    if fill_mode == "constant":  # SciPy's constant begins a place later, between the border and what lies outside
        x[:, [0, -1]] = x[:, :, [0, -1]] = 0
    expected = ndimage.rotate(x[0], 360 * angle, axes=(0, 1), reshape=False, order=1, mode=scipy)
    np.testing.assert_allclose(layer(x, training=True).numpy()[0], expected, atol=1e-12)


def test_quarter_turns_are_exact_but_for_rounding() -> None:
    y = layers.RandomRotation((0.25, 0.25))(SOME, training=True).numpy()
    np.testing.assert_allclose(y, np.rot90(SOME, axes=(1, 2)), atol=1e-5)


def test_translation_goes_down_and_right() -> None:
    """A quarter of 4 rows and two fifths of 5 columns: one down, two to the right."""
    y = layers.RandomTranslation((0.25, 0.25), (0.4, 0.4), "constant", fill_value=-1)(IMAGE, training=True).numpy()
    expected = np.full_like(IMAGE, -1)
    expected[:, 1:, 2:] = IMAGE[:, :-1, :-2]
    np.testing.assert_allclose(y, expected, atol=1e-5)
    wrapped = layers.RandomTranslation((0.25, 0.25), (0.4, 0.4), "wrap")(IMAGE, training=True).numpy()
    np.testing.assert_allclose(wrapped, np.roll(IMAGE, (1, 2), (1, 2)), atol=1e-5)


def test_zoom_out_shows_more() -> None:
    """Twice as much of the width of 5: the places -2, 0, 2, 4, 6 of the old image."""
    y = layers.RandomZoom((0, 0), (1, 1), "constant", fill_value=-1)(IMAGE, training=True).numpy()
    assert y[0, 0, :, 0].tolist() == [-1, 0, 2, 4, -1]
    both = layers.RandomZoom(0.3, seed=2)(SOME, training=True).numpy()
    assert both.shape == SOME.shape


def test_contrast_keeps_each_channel_s_mean() -> None:
    x = np.tile(SOME, (10, 1, 1, 1))
    y = layers.RandomContrast(0.8, (-9, 9), seed=1)(x, training=True).numpy()
    np.testing.assert_allclose(y.mean((1, 2)), x.mean((1, 2)), rtol=1e-4)
    factors = y.std((1, 2)) / x.std((1, 2))
    np.testing.assert_allclose(factors[:, 0], factors[:, 1], rtol=1e-4)  # one factor an image
    assert 0.2 <= factors.min() < 0.9
    assert 1.1 < factors.max() <= 1.8
    assert layers.RandomContrast(0.8, (0.4, 0.6))(SOME, training=True).numpy().max() == np.float32(0.6)


def test_a_crop_is_a_part_of_the_image() -> None:
    x = np.repeat(IMAGE, 300, axis=0)
    y = layers.RandomCrop(3, 3, seed=1)(x, training=True).numpy()
    places = [(int(one[0, 0, 0]) // 5, int(one[0, 0, 0]) % 5) for one in y]
    assert {*places} == {(i, j) for i in range(2) for j in range(3)}
    for (i, j), one in zip(places, y, strict=True):
        np.testing.assert_array_equal(one, IMAGE[0, i : i + 3, j : j + 3])


def test_prediction_crops_what_has_the_window_s_proportions() -> None:
    """Of 4 x 5 the largest square is 4 x 4, the first four columns; halved, each place is the mean of four."""
    y = layers.RandomCrop(2, 2)(IMAGE).numpy()[0, :, :, 0]
    assert y.tolist() == [[3, 5], [13, 15]]
    assert layers.CenterCrop(2, 2)(IMAGE).numpy()[0, :, :, 0].tolist() == [[6, 7], [11, 12]]
    assert layers.CenterCrop(8, 10)(IMAGE).shape == (1, 8, 10, 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: layers.RandomFlip("sideways"), "Known: horizontal"),
        (lambda: layers.RandomRotation(2.0), "RandomRotation: factor must be a number >= -1 and <= 1. Received 2.0"),
        (lambda: layers.RandomRotation((0.1, 0.2, 0.3)), "or two, the least and the greatest"),
        (lambda: layers.RandomRotation(0.1, "mirror"), "fill_mode: 'mirror' is not known"),
        (lambda: layers.RandomRotation(0.1, interpolation="cubic"), "interpolation: 'cubic' is not known"),
        (lambda: layers.RandomZoom((-1, 0)), "above -1, where nothing of the image is seen"),
        (lambda: layers.RandomContrast(1.5), "factor must be a number >= 0 and <= 1"),
        (lambda: layers.RandomContrast(0.5, (1, 0)), r"value_range must be two numbers, .* Received \(1, 0\)"),
        (lambda: layers.RandomCrop(0, 3), "height must be an integer >= 1"),
        (lambda: layers.RandomFlip(data_format="channels_first"), "channels_last"),
    ],
)
def test_what_is_refused(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        call()


def test_what_is_no_image_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"the input must be \(batch, height, width, channels\). Received shape \(3, 4\)"):
        layers.RandomFlip()(np.zeros((3, 4)))
