"""Arenas: parameters side by side in aligned memory, at addresses that never change again."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from pellucid.autodiff import Parameter
from pellucid.engine.memory import aligned, aligned_empty

_adopting = threading.Lock()  # two models that share a layer may be planned by two threads


def adopt(parameters: Iterable[Parameter]) -> None:
    """Move those parameters that lie in no arena yet into a new one, in their order.

    A parameter is moved once in its life: programs of several models may hold its address. The arena lives as long as
    any of its parameters.
    """
    with _adopting:
        for group in _by_dtype([p for p in parameters if not p.is_adopted]):
            for parameter, array in zip(group, segments([p.array for p in group]), strict=True):
                parameter.move_to(array)
                parameter.is_adopted = True


def segments(like: Sequence[npt.NDArray[np.generic]]) -> list[npt.NDArray[np.generic]]:
    """Zeroed arrays of the shapes and dtypes of ``like``, aligned, side by side in one block."""
    places = [aligned(a.nbytes) for a in like]
    block = aligned_empty(sum(places))
    result, offset = [], 0
    for array, place in zip(like, places, strict=True):
        result.append(block[offset : offset + array.nbytes].view(array.dtype).reshape(array.shape))
        offset += place
    return result


def _by_dtype(parameters: list[Parameter]) -> list[list[Parameter]]:
    """Trained parameters first, state in an arena of its own; one dtype an arena."""
    groups: dict[tuple[bool, str], list[Parameter]] = {}
    for parameter in parameters:
        groups.setdefault((not parameter.learnable, parameter.dtype.str), []).append(parameter)
    return [groups[key] for key in sorted(groups)]


def _renew_lock() -> None:
    """In a forked child: the lock may have been copied while another thread held it."""
    global _adopting
    _adopting = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)
