"""Whether predictions are right, 1.0 or 0.0: ``rows`` hold ``per_row`` vectors of ``size`` scores each."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import OK, float32s, float_of_bits, inner, int64s, kernel, share, unpack


@inner
def _place_of_greatest(size, scores):
    """The first place of the greatest score; NaN counts as greatest, as in NumPy."""
    place = 0
    for j in range(1, size):
        if scores[j] > scores[place] or (scores[j] != scores[j] and scores[place] == scores[place]):
            place = j
    return place


@kernel
def sparse(arguments, rank, ranks):
    """y = [greatest score at the label's place]."""
    rows, per_row, size, labels, prediction, y = unpack(arguments, 6)
    low, high = share(rows, rank, ranks)
    label, out = int64s(labels, 0), float32s(y, 0)
    for i in range(low * per_row, high * per_row):
        place = _place_of_greatest(size, float32s(prediction, i * size))
        out[i] = np.float32(1) if place == label[i] else np.float32(0)
    return OK


@kernel
def categorical(arguments, rank, ranks):
    """y = [greatest score at the place of the greatest target]."""
    rows, per_row, size, targets, prediction, y = unpack(arguments, 6)
    low, high = share(rows, rank, ranks)
    out = float32s(y, 0)
    for i in range(low * per_row, high * per_row):
        place = _place_of_greatest(size, float32s(prediction, i * size))
        right = _place_of_greatest(size, float32s(targets, i * size))
        out[i] = np.float32(1) if place == right else np.float32(0)
    return OK


@kernel
def binary(arguments, rank, ranks):
    """y = mean of [[p > threshold] = t]."""
    rows, per_row, size, threshold_bits, targets, prediction, y = unpack(arguments, 7)
    low, high = share(rows, rank, ranks)
    threshold, out = np.float32(float_of_bits(threshold_bits)), float32s(y, 0)
    for i in range(low * per_row, high * per_row):
        t, p = float32s(targets, i * size), float32s(prediction, i * size)
        right = np.float32(0)
        for j in range(size):
            said = np.float32(1) if p[j] > threshold else np.float32(0)
            right += np.float32(1) if said == t[j] else np.float32(0)
        out[i] = right / np.float32(size)
    return OK
