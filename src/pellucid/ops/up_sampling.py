"""Up-sampling: an image made larger by whole factors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.autodiff import Op, Spec, Tensor
from pellucid.errors import ArgumentError, ShapeError
from pellucid.ops.dtypes import floating
from pellucid.ops.windows import Pair, pair

Array = npt.NDArray[Any]
INTERPOLATIONS = ("nearest", "bilinear")


@dataclass(frozen=True)
class UpSampling(Op):
    r"""Images, channels last, made larger by whole factors s and t along height and width.

        y[n, i, j, c] = sum over h, w of  a[i, h] x[n, h, w, c] b[j, w]        dL/dx = the same sums with a and b transposed

    nearest: a[i, h] = [h = i // s]. bilinear: output i lies at (i + 1/2) / s - 1/2 among the input's places, each in its middle,
    and takes its two neighbours by their nearness; beyond the border the outermost place goes on (as in TensorFlow and Keras).
    b is the same for the width and t.

    Shapes: (N, H, W, C) -> (N, s H, t W, C).
    """

    size: Pair = (2, 2)
    interpolation: str = "nearest"

    def __post_init__(self) -> None:
        if self.interpolation not in INTERPOLATIONS:
            known = " or ".join(map(repr, INTERPOLATIONS))
            raise ArgumentError(f"interpolation must be {known}. Received {self.interpolation!r}.")

    def infer(self, x: Spec) -> Spec:
        if x.ndim != 4 or not x.is_float:
            raise ShapeError(f"x must be floats of shape (N, height, width, channels). Received {x}.")
        n, height, width, channels = x.shape
        return x.with_shape((n, height * self.size[0], width * self.size[1], channels))

    def forward(self, xp: Any, x: Any) -> Any:
        if self.interpolation == "nearest":
            return x.repeat(self.size[0], axis=1).repeat(self.size[1], axis=2)
        a, b = self._weights(x.shape[1], self.size[0], x.dtype), self._weights(x.shape[2], self.size[1], x.dtype)
        return xp.einsum("ih,nhwc,jw->nijc", a, x, b, optimize=True)

    def backward(self, xp: Any, grad: Any, x_spec: Spec) -> Any:
        n, height, width, channels = x_spec.shape
        if self.interpolation == "nearest":
            return grad.reshape(n, height, self.size[0], width, self.size[1], channels).sum(axis=(2, 4))
        a, b = self._weights(height, self.size[0], grad.dtype), self._weights(width, self.size[1], grad.dtype)
        return xp.einsum("ih,nijc,jw->nhwc", a, grad, b, optimize=True)

    @staticmethod
    def _weights(n: int, factor: int, dtype: Any) -> Array:
        """Row i: what output i takes of each of n inputs."""
        place = np.clip((np.arange(n * factor) + 0.5) / factor - 0.5, 0, n - 1)
        nearness: Array = np.maximum(0, 1 - np.abs(place[:, None] - np.arange(n)))
        return nearness.astype(dtype)


def up_sample(inputs: Any, size: int | Pair = 2, interpolation: str = "nearest") -> Tensor:
    """Images made larger by whole factors; see `UpSampling`.

    >>> import numpy as np, pellucid as pl
    >>> pl.ops.up_sample(np.array([1.0, 3.0]).reshape(1, 1, 2, 1), (1, 2), "bilinear").numpy().ravel()
    array([1. , 1.5, 2.5, 3. ])
    """
    return UpSampling(pair("up_sample", "size", size), interpolation)(*floating(inputs))
