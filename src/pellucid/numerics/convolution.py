"""Convolution of signals and images as signal processing has it, with flipping, and correlation, without."""

from __future__ import annotations

from itertools import product
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from pellucid.errors import DataError, ShapeError, unknown_name

Array = npt.NDArray[Any]
Mode = Literal["full", "same", "valid"]
Border = Literal["zero", "nearest", "reflect", "mirror", "wrap"]

MODES = ("full", "same", "valid")
_BORDERS: dict[str, Any] = {"zero": "constant", "nearest": "edge", "reflect": "symmetric", "mirror": "reflect", "wrap": "wrap"}
BORDERS = tuple(_BORDERS)


def convolve(x: npt.ArrayLike, h: npt.ArrayLike, mode: Mode = "full", border: Border = "zero") -> Array:
    r"""The convolution of a signal or an image with a kernel, which is flipped.

        y[n] = sum over k of  h[k] x[n - k]        y[m, n] = sum over j, k of  h[j, k] x[m - j, n - k]

    For a system of impulse response h it is the answer to x; see `impulse_response`. What neural networks call convolution is
    `correlate`: they learn their kernels, so it does not matter to them.

    Args:
        x: a signal (n,), an image (rows, columns), or one with an axis more than ``h`` has, its channels, each treated alike.
        h: the kernel, of one or two axes.
        mode: "full": wherever signal and kernel overlap, n + k - 1 places; "same": as many as ``x`` has, from the middle of
            those; "valid": where the kernel lies inside, n - k + 1 places.
        border: what lies outside of ``x``, by SciPy's names in ``ndimage``:

            zero      0 0 0 | a b c d | 0 0 0
            nearest   a a a | a b c d | d d d
            reflect   c b a | a b c d | d c b
            mirror    d c b | a b c d | c b a
            wrap      b c d | a b c d | a b c

    Returns:
        Floats; of float32 only where both were.

    Raises:
        ArgumentError: no such mode or border.
        DataError: something else than numbers.
        ShapeError: the axes do not fit, one is empty, or the kernel is larger than ``x`` in mode "valid".

    >>> convolve([1, 2, 3], [1, 10])  # 1 * 1, 1 * 10 + 2 * 1, 2 * 10 + 3 * 1, 3 * 10
    array([ 1., 12., 23., 30.])
    >>> convolve([1, 2, 3], [1, 10], "same"), convolve([1, 2, 3], [1, 10], "valid")
    (array([ 1., 12., 23.]), array([12., 23.]))
    """
    signal, kernel = _checked("convolve", x, h, mode, border)
    return _slid(signal, kernel[(slice(None, None, -1),) * kernel.ndim], mode, border)


def correlate(x: npt.ArrayLike, h: npt.ArrayLike, mode: Mode = "full", border: Border = "zero") -> Array:
    r"""The correlation of a signal or an image with a kernel: as it is, not flipped.

        y[n] = sum over k of  h[k] x[n + k - (K - 1)]        in two dimensions likewise, with K places along each axis

    so that in mode "valid" ``y[0]`` is the sum of ``h * x[:K]``: how much the signal looks like the kernel there. The convolution
    of neural networks is this.

    Arguments and errors as in `convolve`.

    >>> correlate([1, 2, 3], [1, 10], "valid")  # 1 * 1 + 2 * 10, 2 * 1 + 3 * 10
    array([21., 32.])
    """
    signal, kernel = _checked("correlate", x, h, mode, border)
    return _slid(signal, kernel, mode, border)


def _checked(owner: str, x: npt.ArrayLike, h: npt.ArrayLike, mode: str, border: str) -> tuple[Array, Array]:
    for what, given, known in (("mode", mode, MODES), ("border", border, BORDERS)):
        if given not in known:
            raise unknown_name(f"{owner}: {what}", given, known)
    signal, kernel = np.asarray(x), np.asarray(h)
    for what, array in (("x", signal), ("h", kernel)):
        if array.dtype.kind not in "biufc":
            raise DataError(f"{owner}: {what} must hold numbers. Received an array of dtype {array.dtype}.")
    dtype = np.result_type(signal, kernel)
    signal, kernel = (a.astype(dtype if dtype.kind in "fc" else np.float64) for a in (signal, kernel))
    if kernel.ndim not in (1, 2) or signal.ndim not in (kernel.ndim, kernel.ndim + 1) or not signal.size or not kernel.size:
        raise ShapeError(
            f"{owner}: h must have one axis or two, and x as many, or one more for channels; none empty. Received x of shape "
            f"{signal.shape}, h of shape {kernel.shape}."
        )
    if mode == "valid" and any(k > n for n, k in zip(signal.shape, kernel.shape, strict=False)):
        raise ShapeError(
            f"{owner}: in mode 'valid' the kernel must lie inside: {' x '.join(map(str, kernel.shape))} is more than "
            f"{' x '.join(map(str, signal.shape[: kernel.ndim]))} along an axis. Use mode 'same' or 'full'."
        )
    return signal, kernel


def _slid(signal: Array, kernel: Array, mode: str, border: str) -> Array:
    """The sums of the kernel, as it is, times what it covers at each place."""
    channels = signal.ndim - kernel.ndim
    around = [_around(k, mode) for k in kernel.shape]
    padded = np.pad(signal, [*around, *((0, 0),) * channels], mode=_BORDERS[border])
    counts = [n - k + 1 for n, k in zip(padded.shape, kernel.shape, strict=False)]
    y = np.zeros((*counts, *signal.shape[kernel.ndim :]), signal.dtype)
    for place in product(*map(range, kernel.shape)):
        y += kernel[place] * padded[tuple(slice(start, start + n) for start, n in zip(place, counts, strict=True))]
    return y


def _around(k: int, mode: str) -> tuple[int, int]:
    """How many places before and after an axis the kernel reaches."""
    if mode == "valid":
        return 0, 0
    if mode == "full":
        return k - 1, k - 1
    return k // 2, k - 1 - k // 2  # the middle of "full": of an even kernel's two middles that which comes first
