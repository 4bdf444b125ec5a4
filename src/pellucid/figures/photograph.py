"""Photographs: the two sample pictures that come with scikit-learn, for what filters do to a real picture."""

from __future__ import annotations

import numpy as np

from pellucid.figures.picture import Array


def photograph(name: str) -> Array:
    """(rows, columns, 3), from 0 to 1.

    Args:
        name: "china" (a temple; by danielbuechele, CC BY 2.0) or "flower" (a dahlia; by vultilion, CC BY 2.0), both 427 x 640.
    """
    from sklearn.datasets import load_sample_image

    pixels: Array = load_sample_image(f"{name}.jpg")
    return pixels.astype(np.float64) / 255


def grey(pixels: Array) -> Array:
    """How bright each place looks, by ITU-R BT.601: (rows, columns)."""
    brightness: Array = pixels @ np.array([0.299, 0.587, 0.114])
    return brightness
