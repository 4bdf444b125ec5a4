"""Arrays as the scratch names take them: float64 where nothing else is given."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def floats(x: npt.ArrayLike) -> Array:
    """``x`` as an array of floats: as it is where it holds floats, else in float64, as NumPy computes by itself."""
    array = np.asarray(x)
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def targets_for(shape: tuple[int, ...], t: npt.ArrayLike, dtype: npt.DTypeLike) -> Array:
    """Targets as the losses on the engine take them: floats where they are one-hot, of ``shape``; else labels."""
    array = np.asarray(t)
    return array.astype(dtype) if array.shape == shape else array
