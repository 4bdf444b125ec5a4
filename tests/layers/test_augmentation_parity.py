"""Augmentation beside Keras: with both ends of a factor alike nothing is left to chance, and the pictures must be the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid as pl
from tests.support.keras_peer import import_keras

keras = import_keras()

pytestmark = pytest.mark.parity

IMAGES = np.random.default_rng(0).uniform(size=(2, 9, 7, 3)).astype("float32")
LAYERS: list[tuple[str, dict[str, Any]]] = [
    ("RandomRotation", {"factor": (0.07, 0.07)}),
    ("RandomRotation", {"factor": (-0.3, -0.3)}),
    ("RandomZoom", {"height_factor": (0.3, 0.3), "width_factor": (-0.4, -0.4)}),
    ("RandomZoom", {"height_factor": (-0.25, -0.25)}),
    ("RandomTranslation", {"height_factor": (0.23, 0.23), "width_factor": (-0.31, -0.31)}),
]


@pytest.mark.parametrize("fill_mode", ["reflect", "constant", "nearest"])
@pytest.mark.parametrize(("name", "settings"), LAYERS)
def test_moved_images(name: str, settings: dict[str, Any], fill_mode: str) -> None:
    """Wrapping differs: Keras' backends do not agree with each other on where an image begins again."""
    named = {**settings, "fill_mode": fill_mode, "fill_value": 0.25}
    ours = getattr(pl.layers, name)(**named)(IMAGES, training=True).numpy()
    theirs = np.asarray(getattr(keras.layers, name)(**named)(IMAGES, training=True))
    np.testing.assert_allclose(ours, theirs, atol=2e-5)


def test_brightness() -> None:
    settings: dict[str, Any] = {"factor": (0.3, 0.3), "value_range": (0, 1)}
    ours = pl.layers.RandomBrightness(**settings)(IMAGES, training=True).numpy()
    np.testing.assert_allclose(ours, np.asarray(keras.layers.RandomBrightness(**settings)(IMAGES, training=True)), atol=1e-6)


@pytest.mark.parametrize(("height", "width"), [(5, 4), (9, 7), (4, 7), (12, 12), (3, 9)])
def test_center_crop(height: int, width: int) -> None:
    ours = pl.layers.CenterCrop(height, width)(IMAGES).numpy()
    np.testing.assert_allclose(ours, np.asarray(keras.layers.CenterCrop(height, width)(IMAGES)), atol=1e-5)
