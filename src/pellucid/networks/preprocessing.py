"""preprocessing: the first layer, which brings raw data into a range that training likes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.layers import Layer, Normalization, Rescaling


def preprocessing(x: npt.NDArray[Any]) -> Layer | None:
    """A layer fitted to the training set, so that raw data can go into the model, then and later.

    Images (more than one axis a sample) and bytes are divided by their largest value. The columns of a table are each
    brought to mean 0 and variance 1. None where images lie within [-1, 1] already.

    Args:
        x: the training set alone: the validation and test sets must not shape the model.

    >>> preprocessing(np.array([[[0, 16]]], np.uint8)).scale
    0.0625
    """
    if x.ndim == 2 and x.dtype != np.uint8:
        return Normalization(mean=x.mean(0, dtype=np.float64), variance=x.var(0, dtype=np.float64), name="normalization")
    largest = float(max(x.max(), -float(x.min())))
    return Rescaling(1 / largest, name="rescaling") if largest > 1 else None
