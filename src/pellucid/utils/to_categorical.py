"""One-hot targets from the numbers of classes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.arguments import integer
from pellucid.errors import DataError


def to_categorical(x: npt.ArrayLike, num_classes: int | None = None, dtype: npt.DTypeLike = "float32") -> npt.NDArray[Any]:
    """An array with one axis more, of length ``num_classes``, that is 1 at each number and 0 elsewhere.

    Shapes: (...) or (..., 1) -> (..., num_classes).

    Args:
        x: numbers of classes, from 0.
        num_classes: how many there are; the greatest number plus 1 where absent.
        dtype: of the result.

    Raises:
        DataError: a number is not whole, negative or too great.

    >>> to_categorical([0, 2])
    array([[1., 0., 0.],
           [0., 0., 1.]], dtype=float32)
    """
    given = np.asarray(x)
    if given.ndim > 1 and given.shape[-1] == 1:
        given = given[..., 0]
    if given.dtype.kind not in "iufb" or not np.all(given == np.floor(given)):
        raise DataError(f"to_categorical: x must hold integers. Received {given.dtype} {np.array2string(given, threshold=6)}.")
    labels = given.astype(np.int64)
    least, greatest = (int(labels.min()), int(labels.max())) if labels.size else (0, -1)
    classes = greatest + 1 if num_classes is None else integer("to_categorical", "num_classes", num_classes, at_least=1)
    if least < 0 or greatest >= classes:
        wrong = least if least < 0 else greatest
        raise DataError(f"to_categorical: the numbers of {classes} classes are 0 to {classes - 1}. Received {wrong}.")
    one_hot = np.zeros((*labels.shape, classes), dtype)
    np.put_along_axis(one_hot, labels[..., np.newaxis], 1, axis=-1)
    return one_hot
