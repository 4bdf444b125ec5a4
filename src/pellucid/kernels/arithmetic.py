"""Sum, difference, product, larger and smaller of two arrays, elementwise; either may be one row for all, or one number.

``rows`` of the first axis hold ``per_row`` vectors of ``size`` each.
"""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import OK, float32s, inner, kernel, share, stack_float32s, unpack

ADD, SUBTRACT, MULTIPLY, MAXIMUM, MINIMUM = range(5)
WHOLE, ROW, NUMBER = range(3)  # what an operand is: of the result's shape, one vector for all of them, one number
_STRIP = 256


@inner
def _combine(code, count, a, b, out, accumulate):
    """out (+)= a . b"""
    if code == ADD:
        for j in range(count):
            out[j] = a[j] + b[j] + (out[j] if accumulate != 0 else np.float32(0))
    elif code == SUBTRACT:
        for j in range(count):
            out[j] = a[j] - b[j] + (out[j] if accumulate != 0 else np.float32(0))
    elif code == MULTIPLY:
        for j in range(count):
            out[j] = a[j] * b[j] + (out[j] if accumulate != 0 else np.float32(0))
    elif code == MAXIMUM:
        for j in range(count):
            out[j] = a[j] if a[j] > b[j] or a[j] != a[j] else b[j]  # NaN where either is
    else:
        for j in range(count):
            out[j] = a[j] if a[j] < b[j] or a[j] != a[j] else b[j]


@inner
def _repeat(kind, address, strip):
    """Fill a strip with the number at an address, where that is all there is of an operand."""
    if kind == NUMBER:
        number = float32s(address, 0)[0]
        for j in range(_STRIP):
            strip[j] = number


@inner
def _at(kind, address, whole, place, strip):
    """Where an operand's next numbers lie: in the whole array, in its one row, or in a strip of copies."""
    return strip if kind == NUMBER else float32s(address, place if kind == ROW else whole + place)


@inner
def _run(rows, per_row, size, kind_a, kind_b, rank, ranks):
    """First and last element of this rank's share, and how many make one piece: a vector where a row is repeated."""
    low, high = share(rows, rank, ranks)
    first, last = low * per_row * size, high * per_row * size
    piece = size if kind_a == ROW or kind_b == ROW else last - first
    return first, last, piece if piece > 0 else 1


@kernel
def combine(arguments, rank, ranks):
    """y (+)= a . b, by rows; only sums, differences and products are added."""
    code, rows, per_row, size, kind_a, kind_b, accumulate, a, b, y = unpack(arguments, 10)
    first, last, piece = _run(rows, per_row, size, kind_a, kind_b, rank, ranks)
    strip_a, strip_b = stack_float32s(256), stack_float32s(256)
    _repeat(kind_a, a, strip_a)
    _repeat(kind_b, b, strip_b)
    for begin in range(first, last, piece):
        for start in range(0, piece, _STRIP):
            count = piece - start if piece - start < _STRIP else _STRIP
            left, right = _at(kind_a, a, begin, start, strip_a), _at(kind_b, b, begin, start, strip_b)
            _combine(code, count, left, right, float32s(y, begin + start), accumulate)
    return OK


@kernel
def extreme_gradient(arguments, rank, ranks):
    """da (+)= grad where a is the larger (smaller), half of it in a tie; with ``second`` db (+)= the rest of it; by rows."""
    code, rows, per_row, size, kind_a, kind_b, second, accumulate, grad, a, b, gradient = unpack(arguments, 12)
    first, last, piece = _run(rows, per_row, size, kind_a, kind_b, rank, ranks)
    strip_a, strip_b = stack_float32s(256), stack_float32s(256)
    _repeat(kind_a, a, strip_a)
    _repeat(kind_b, b, strip_b)
    sign = np.float32(1) if code == MAXIMUM else np.float32(-1)
    for begin in range(first, last, piece):
        for start in range(0, piece, _STRIP):
            count = piece - start if piece - start < _STRIP else _STRIP
            left, right = _at(kind_a, a, begin, start, strip_a), _at(kind_b, b, begin, start, strip_b)
            g, d = float32s(grad, begin + start), float32s(gradient, begin + start)
            for j in range(count):
                won = g[j] if left[j] * sign > right[j] * sign else np.float32(0)
                part = g[j] * np.float32(0.5) if left[j] == right[j] else won
                d[j] = (g[j] - part if second != 0 else part) + (d[j] if accumulate != 0 else np.float32(0))
    return OK
