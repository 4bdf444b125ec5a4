"""The derivative held against the central difference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.autodiff import Tensor, tensor

Array = npt.NDArray[Any]

FULL_CHECK_SIZE = 200  # up to here each element is moved by itself; above, random directions
DIRECTIONS = 8
STEP = 1e-5


def check_gradients(function: Callable[..., Tensor], *arrays: npt.ArrayLike, tolerance: float = 1e-6) -> None:
    r"""Fail where ``function``'s derivative differs from a central difference, in float64.

        dL/dx_i  ~  (L(x + h e_i) - L(x - h e_i)) / 2h        L = sum of w * function(x), w random and fixed

    The error is relative to the greatest entry (or 0.01, where all are smaller). Small inputs are checked element by
    element, large ones in random directions v: dL/dx . v against (L(x + h v) - L(x - h v)) / 2h. Arrays that are not floats
    are held fixed.
    """
    inputs = [_as_float64(a) for a in arrays]
    leaves = [tensor(a, requires_grad=a.dtype.kind == "f") for a in inputs]
    y = function(*leaves)
    w = np.random.default_rng(7).uniform(0.5, 1.5, y.shape) * np.where(np.arange(y.size).reshape(y.shape) % 3, 1.0, -1.0)
    y.backward(w)

    def loss(position: int, moved: Array) -> float:
        moved_inputs = [tensor(moved if i == position else a) for i, a in enumerate(inputs)]
        return float((function(*moved_inputs).numpy() * w).sum())

    for position, (x, leaf) in enumerate(zip(inputs, leaves, strict=True)):
        if not leaf.requires_grad or x.size == 0:
            continue
        found = np.zeros_like(x) if leaf.grad is None else leaf.grad
        assert found.shape == x.shape, f"input {position} has shape {x.shape}, its gradient {found.shape}"
        assert found.dtype == x.dtype, f"input {position} has dtype {x.dtype}, its gradient {found.dtype}"
        if x.size <= FULL_CHECK_SIZE:
            expected = _each_element(loss, position, x)
            _compare(found, expected, position, tolerance)
        else:
            expected, along = _directions(loss, position, x, found)
            _compare(along, expected, position, tolerance)


def _as_float64(array: npt.ArrayLike) -> Array:
    array = np.asarray(array)
    return array.astype(np.float64) if array.dtype.kind == "f" else array


def _each_element(loss: Callable[[int, Array], float], position: int, x: Array) -> Array:
    expected = np.empty_like(x)
    for place in np.ndindex(x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[place] += STEP
        behind[place] -= STEP
        expected[place] = (loss(position, ahead) - loss(position, behind)) / (ahead[place] - behind[place])
    return expected


def _directions(loss: Callable[[int, Array], float], position: int, x: Array, found: Array) -> tuple[Array, Array]:
    rng = np.random.default_rng(11)
    expected, along = np.empty(DIRECTIONS), np.empty(DIRECTIONS)
    for i in range(DIRECTIONS):
        v = rng.normal(size=x.shape)
        v /= np.linalg.norm(v)
        expected[i] = (loss(position, x + STEP * v) - loss(position, x - STEP * v)) / (2 * STEP)
        along[i] = (found * v).sum()
    return expected, along


def _compare(found: Array, expected: Array, position: int, tolerance: float) -> None:
    scale = max(0.01, float(np.abs(expected).max()))
    error = np.abs(found - expected) / scale
    if np.isfinite(error).all() and error.max() <= tolerance:
        return
    worst = np.unravel_index(np.argmax(np.where(np.isnan(error), np.inf, error)), error.shape)
    place = tuple(int(i) for i in worst)
    raise AssertionError(
        f"gradient of input {position}: relative error {error[worst]:.2e} at {place}, tolerance {tolerance:.0e}\n"
        f"there: derivative {found[worst]!r}, central difference {expected[worst]!r}\n"
        f"derivative:\n{found}\ncentral difference:\n{expected}"
    )
