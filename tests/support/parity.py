"""One function in Pellucid held against its counterpart in PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.autodiff import Tensor, tensor

Array = npt.NDArray[Any]

TINY, HUGE = float(np.finfo(np.float32).tiny), 3e38
EXTREMES = np.array([0.0, -0.0, 1.0, -1.0, TINY, -TINY, 1e-4, 50.0, -50.0, 100.0, -100.0, 1e4, -1e4, HUGE, -HUGE], np.float32)
INFINITE = np.array([np.inf, -np.inf, np.nan], np.float32)


def check_parity(
    ours: Callable[..., Tensor],
    theirs: Callable[..., Any],
    *arrays: npt.ArrayLike,
    tolerance: float = 1e-5,
    gradients: bool = True,
) -> None:
    """Fail where ``ours`` and ``theirs`` differ on ``arrays`` in value, dtype, shape or gradient.

    Floats are taken as float32, and errors are relative to each value and to the size of the numbers that met:
    ``|a - b| <= tolerance * (1 + |b|)``. Infinities and NaN must stand in the same places. The gradient that arrives is random.
    """
    import torch

    inputs = [_as_float32(np.asarray(a)) for a in arrays]
    our_leaves = [tensor(a.copy(), requires_grad=a.dtype.kind == "f") for a in inputs]
    their_leaves = [torch.tensor(a, requires_grad=a.dtype.kind == "f") for a in inputs]
    our_y, their_y = ours(*our_leaves), theirs(*their_leaves)

    found, expected = our_y.numpy(), their_y.detach().numpy()
    assert found.shape == expected.shape, f"output: shape {found.shape}, PyTorch's {expected.shape}"
    assert found.dtype == expected.dtype, f"output: dtype {found.dtype}, PyTorch's {expected.dtype}"
    _compare("output", found, expected, tolerance)
    if not gradients or not their_y.requires_grad:
        assert not our_y.requires_grad or not gradients
        return

    seed = np.random.default_rng(13).uniform(0.5, 1.5, expected.shape).astype(expected.dtype)
    our_y.backward(seed)
    their_y.backward(torch.tensor(seed))
    for i, (our_leaf, their_leaf) in enumerate(zip(our_leaves, their_leaves, strict=True)):
        if not our_leaf.requires_grad:
            continue
        what = f"gradient of input {i}"
        their_gradient = np.zeros_like(inputs[i]) if their_leaf.grad is None else their_leaf.grad.numpy()
        our_gradient = np.zeros_like(inputs[i]) if our_leaf.grad is None else our_leaf.grad
        assert our_gradient.shape == their_gradient.shape, f"{what}: shape {our_gradient.shape}, PyTorch's {their_gradient.shape}"
        assert our_gradient.dtype == their_gradient.dtype, f"{what}: dtype {our_gradient.dtype}, PyTorch's {their_gradient.dtype}"
        _compare(what, our_gradient, their_gradient, tolerance)


def _as_float32(array: Array) -> Array:
    return array.astype(np.float32) if array.dtype.kind == "f" else array


def _compare(what: str, found: Array, expected: Array, tolerance: float) -> None:
    np.testing.assert_allclose(
        found.astype(np.float64),
        expected.astype(np.float64),
        rtol=tolerance,
        atol=tolerance,
        equal_nan=True,
        err_msg=f"{what}: ours, PyTorch's",
    )
