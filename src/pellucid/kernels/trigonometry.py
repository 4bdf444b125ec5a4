"""Sine and cosine of a share of a turn, on float32, without a branch: within 2 units in the last place, or 2^-24 near a zero."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import inlined

_TURN = np.float32(6.283185307179586)


@inlined
def _sine(t):
    """sin t for |t| <= pi/4; the polynomial of Cephes' sinf."""
    z = t * t
    p = np.float32(-1.9515295891e-4)
    p = p * z + np.float32(8.3321608736e-3)
    p = p * z + np.float32(-1.6666654611e-1)
    return p * z * t + t


@inlined
def _cosine(t):
    """cos t for |t| <= pi/4; the polynomial of Cephes' cosf."""
    z = t * t
    p = np.float32(2.443315711809948e-5)
    p = p * z + np.float32(-1.388731625493765e-3)
    p = p * z + np.float32(4.166664568298827e-2)
    return p * z * z - np.float32(0.5) * z + np.float32(1)


@inlined
def cosine_of_turn(u):
    """cos 2 pi u, for 0 <= u < 1: from the nearest quarter of a turn, at most an eighth away."""
    quarter = np.int32(np.float32(4) * u + np.float32(0.5))
    t = (u - np.float32(0.25) * np.float32(quarter)) * _TURN
    value = _sine(t) if quarter & 1 else _cosine(t)
    return -value if (quarter & 3) == 1 or (quarter & 3) == 2 else value


@inlined
def sine_of_turn(u):
    """sin 2 pi u, for 0 <= u < 1."""
    quarter = np.int32(np.float32(4) * u + np.float32(0.5))
    t = (u - np.float32(0.25) * np.float32(quarter)) * _TURN
    value = _cosine(t) if quarter & 1 else _sine(t)
    return -value if (quarter & 3) == 2 or (quarter & 3) == 3 else value
