"""Affine sampling: each place of a new image taken from a place of the old one that an affine map names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.arguments import real
from pellucid.autodiff import Op, Spec, Tensor
from pellucid.errors import ShapeError, unknown_name
from pellucid.kernels.call import Buffer, Call, Share, all_float32, reads, writes
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.dtypes import floating
from pellucid.ops.windows import Pair, pair

Array = npt.NDArray[Any]

FILL_MODES = ("reflect", "constant", "wrap", "nearest")
INTERPOLATIONS = ("nearest", "bilinear")
_FAR = 2.0**20  # beyond it no image reaches; coordinates that are not finite count as there


@dataclass(frozen=True)
class AffineSampling(Op):
    r"""A new image of ``size``, each of its places (i, j) taken from the place (r, s) of the old one.

        r = m0 i + m1 j + m2        s = m3 i + m4 j + m5

        y[n, i, j, c] = sum over p, q of  max(0, 1 - |r - p|) max(0, 1 - |s - q|) x[n, p, q, c]             bilinear
        y[n, i, j, c] = x[n, floor(r + 1/2), floor(s + 1/2), c]                                             nearest

    dL/dx is the same sum with both images exchanged. dL/dr and dL/ds, and by the chain rule dL/dm, are what changes from one
    neighbour to the next (0 for "nearest"): the spatial transformer's derivative (Jaderberg et al. 2015).

    What lies outside of the image, by ``fill_mode``, for a line of a b c d:

        reflect   d c b a | a b c d | d c b a        constant  k k k k | a b c d | k k k k   with k = ``fill_value``
        wrap      a b c d | a b c d | a b c d        nearest   a a a a | a b c d | d d d d

    Shapes: x (N, H, W, C), m (N, 6), one map an image, or (6,) for all -> (N, *size, C).
    """

    size: Pair
    fill_mode: str = "reflect"
    interpolation: str = "bilinear"
    fill_value: float = 0.0

    def __post_init__(self) -> None:
        if self.fill_mode not in FILL_MODES:
            raise unknown_name("fill_mode", self.fill_mode, FILL_MODES)
        if self.interpolation not in INTERPOLATIONS:
            raise unknown_name("interpolation", self.interpolation, INTERPOLATIONS)

    def infer(self, x: Spec, m: Spec) -> Spec:
        if x.ndim != 4 or not x.is_float or min(x.shape[1:3]) < 1:
            raise ShapeError(f"x must be floats of shape (N, height, width, channels), at least one place. Received {x}.")
        if m.shape not in ((6,), (x.shape[0], 6)):
            raise ShapeError(f"m must be six numbers for each image of x, or for all. Received x {x}, m {m}.")
        return x.with_shape((x.shape[0], *self.size, x.shape[3]))

    def forward(self, xp: Any, x: Any, m: Any) -> Any:
        y = xp.zeros((x.shape[0], *self.size, x.shape[3]), x.dtype)
        for weight, _, _, value in self._corners(xp, x, m):
            y += weight[..., None] * value
        return y

    def backward(self, xp: Any, grad: Any, x: Any, m: Any) -> Any:
        dx, dr, ds = xp.zeros_like(x), 0.0, 0.0
        number = np.arange(x.shape[0])[:, None, None]
        for weight, (along_r, along_s), (p, q, inside), value in self._corners(xp, x, m):
            np.add.at(dx, (number, p, q), xp.where(inside, weight, 0)[..., None] * grad)
            seen = (grad * value).sum(axis=-1)
            dr, ds = dr + along_r * seen, ds + along_s * seen
        i, j = self._places(m.dtype)
        parts = [(d * place).sum(axis=(1, 2)) for d in (dr, ds) for place in (i, j, xp.ones_like(i))]
        return dx, xp.stack(parts, axis=-1)

    def _places(self, dtype: Any) -> tuple[Any, Any]:
        """i and j of the places of the new image, as (1, rows, 1) and (1, 1, columns)."""
        i, j = (np.arange(n).astype(dtype) for n in self.size)
        return i[None, :, None], j[None, None, :]

    def _corners(self, xp: Any, x: Any, m: Any) -> list[tuple[Array, tuple[Any, Any], tuple[Array, Array, Array], Array]]:
        """For each old place that counts: its weight, the weight's derivatives by r and s, where it lies, what is there."""
        i, j = self._places(m.dtype)
        m = xp.broadcast_to(m, (x.shape[0], 6))[:, :, None, None]
        r, s = m[:, 0] * i + m[:, 1] * j + m[:, 2], m[:, 3] * i + m[:, 4] * j + m[:, 5]
        r, s = (xp.minimum(xp.where(place > -_FAR, place, -_FAR), _FAR) for place in (r, s))
        zero, one = xp.zeros_like(r), xp.ones_like(r)
        if self.interpolation == "nearest":
            corners = [(xp.floor(r + 0.5), xp.floor(s + 0.5), one, (zero, zero))]
        else:
            top, left = xp.floor(r), xp.floor(s)
            below, right = r - top, s - left
            corners = [
                (top, left, (1 - below) * (1 - right), (right - 1, below - 1)),
                (top, left + 1, (1 - below) * right, (-right, 1 - below)),
                (top + 1, left, below * (1 - right), (1 - right, -below)),
                (top + 1, left + 1, below * right, (right, below)),
            ]
        number = np.arange(x.shape[0])[:, None, None]
        found = []
        for p, q, weight, slopes in corners:
            (p, p_inside), (q, q_inside) = (self._within(xp, k, n) for k, n in zip((p, q), x.shape[1:3], strict=True))
            inside = p_inside & q_inside
            value = xp.where(inside[..., None], x[number, p, q], xp.asarray(self.fill_value, x.dtype))
            found.append((weight, slopes, (p, q, inside), value))
        return found

    def _within(self, xp: Any, k: Any, n: int) -> tuple[Array, Array]:
        """Which of n places stands for place k, and whether one does."""
        k = k.astype(np.int64)
        if self.fill_mode == "wrap":
            return k % n, xp.ones(k.shape, bool)
        if self.fill_mode == "reflect":
            k = k % (2 * n)
            return xp.where(k < n, k, 2 * n - 1 - k), xp.ones(k.shape, bool)
        inside = (k >= 0) & (k < n) if self.fill_mode == "constant" else xp.ones(k.shape, bool)
        return xp.clip(k, 0, n - 1), inside

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        x, m = inputs
        if not all_float32(x, m, y):
            return None
        return [Call("sampling.affine", *self._sizes(x, m), self.fill_value, reads(x, Share.ROWS), self._read(m), writes(y))]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        (x, m), (dx, dm), (add, _) = needed, into, accumulate
        if dm is not None or dx is None or not all_float32(grad, x, m, dx):
            return None  # the map's gradient, which augmentation never asks for, is left to the reference
        places = (reads(grad, Share.ROWS), self._read(m), gradient_into(dx, add))
        return [Call("sampling.affine_gradient", *self._sizes(x, m), add, *places)]

    def _sizes(self, x: Buffer, m: Buffer) -> tuple[int, ...]:
        modes = FILL_MODES.index(self.fill_mode), INTERPOLATIONS.index(self.interpolation)
        return (*x.shape, *self.size, 6 if len(m.shape) == 2 else 0, *modes)

    @staticmethod
    def _read(m: Buffer) -> Any:
        return reads(m, Share.ROWS) if len(m.shape) == 2 else reads(m)


def affine_sample(
    inputs: Any,
    maps: Any,
    size: int | Pair | None = None,
    fill_mode: str = "reflect",
    interpolation: str = "bilinear",
    fill_value: float = 0.0,
) -> Tensor:
    """Images taken from others by affine maps; see `AffineSampling`.

    Args:
        inputs: images, channels last.
        maps: six numbers, or six for each image: from a place of the new image to one of the old.
        size: height and width of the new images, or one number for both; None for those of the old.
        fill_mode, interpolation, fill_value: what lies outside, and between places.

    Raises:
        ArgumentError: an argument breaks its rule.
        ShapeError: the inputs are no images, or the maps do not fit them.

    >>> import numpy as np, pellucid as pl
    >>> x = np.array([1.0, 2.0, 3.0]).reshape(1, 1, 3, 1)
    >>> pl.ops.affine_sample(x, [1.0, 0, 0, 0, 1, 0.5]).numpy().ravel()  # half a place to the right
    array([1.5, 2.5, 3. ])
    """
    x, m = floating(inputs, maps)
    if x.ndim != 4:
        raise ShapeError(f"affine_sample: inputs must be (N, height, width, channels). Received {x.spec}.")
    whole = (x.shape[1], x.shape[2]) if size is None else pair("affine_sample", "size", size)
    return AffineSampling(whole, fill_mode, interpolation, real("affine_sample", "fill_value", fill_value))(x, m)
