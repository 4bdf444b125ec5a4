"""The tape, walked backwards: reverse-mode differentiation of eager tensors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pellucid.autodiff.op import gradients
from pellucid.autodiff.tensor import Array, Tensor
from pellucid.errors import ArgumentError, ShapeError, TraceError


@np.errstate(all="ignore")
def backward(root: Tensor, gradient: npt.ArrayLike | None = None) -> None:
    r"""The chain rule from ``root`` to its leaves.

        dL/dx = sum over the uses u of x of  dL/du * du/dx

    Results are visited latest first, so a tensor's gradient is complete, all its uses summed, before it is passed on.

    Raises:
        ArgumentError: nothing requires a gradient, or ``root`` is not one number and no ``gradient`` is given.
        ShapeError: ``gradient`` is not of ``root``'s shape.
        TraceError: ``root`` is symbolic.
    """
    if root.is_symbolic:
        raise TraceError(
            f"backward: {root!r} is symbolic, it has no values to differentiate at. A traced model is differentiated by its "
            "program: call fit or train_on_batch, or set run_eagerly=True."
        )
    if not root.requires_grad:
        raise ArgumentError(
            "backward: nothing that this tensor was made of requires a gradient. Make the leaves with "
            "pellucid.tensor(..., requires_grad=True)."
        )
    seed = _seed(root, gradient)
    if root.node is None:
        root.grad = seed if root.grad is None else root.grad + seed
        return

    arriving: dict[int, Array] = {id(root): seed}
    for result in _made_latest_first(root):
        node = result.node
        assert node is not None
        grad = arriving.pop(id(result), None)
        if grad is None:
            continue
        result.grad = grad
        arrays, specs = [t.array for t in node.inputs], [t.spec for t in node.inputs]
        parts = gradients(node.op, grad, arrays, result.array, specs, result.spec, node.saved)
        for source, part in zip(node.inputs, parts, strict=True):
            if part is None or not source.requires_grad:
                continue
            if source.node is None:
                source.grad = part.copy() if source.grad is None else source.grad + part
            else:
                before = arriving.get(id(source))
                arriving[id(source)] = part if before is None else before + part


def _seed(root: Tensor, gradient: npt.ArrayLike | None) -> Array:
    if gradient is None:
        if root.size != 1:
            raise ArgumentError(
                f"backward: a tensor of shape {root.shape} needs the gradient that arrives from above. "
                "Reduce it to one number first (.sum(), .mean()), or pass gradient=."
            )
        return np.ones(root.shape, root.dtype)
    seed = np.array(gradient, root.dtype)  # a copy: it becomes ``root.grad``
    if seed.shape != root.shape:
        raise ShapeError(f"backward: gradient of shape {seed.shape} for a tensor of shape {root.shape}.")
    return seed


def _made_latest_first(root: Tensor) -> list[Tensor]:
    """All results below ``root`` that pass a gradient on, the latest first (no recursion: graphs may be deep)."""
    found: dict[int, Tensor] = {id(root): root}
    waiting = [root]
    while waiting:
        node = waiting.pop().node
        assert node is not None
        for source in node.inputs:
            if source.node is not None and source.requires_grad and id(source) not in found:
                found[id(source)] = source
                waiting.append(source)
    return sorted(found.values(), key=lambda t: t.node.serial if t.node else -1, reverse=True)
