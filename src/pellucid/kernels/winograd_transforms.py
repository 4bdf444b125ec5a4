"""The transforms of Winograd's F(4 x 4, 3 x 3), tile by tile, 16 channels at a time.

A convolution of 3 x 3 makes 4 x 4 numbers from 6 x 6. After linear transforms of both, 36 products do what 144 did:

    y = A' [ (G w G') * (B' x B) ] A

The products of all tiles and channels with one of 36 numbers ("frequencies") are a matrix product. On the way back each transform
is taken in the other direction, by its transpose.

Source: Lavin & Gray, "Fast algorithms for convolutional neural networks", CVPR 2016, section 4.3; the points are 0, 1, -1, 2, -2
and infinity.
"""

from __future__ import annotations

import numpy as np
from numba import types

from pellucid.kernels.base import address_of, exported, inner, stack_float32s
from pellucid.kernels.vectors import (
    LANES,
    above_zero,
    either,
    lanes_below,
    load,
    positive,
    repeat,
    store,
)

OUT, IN, FREQUENCIES = 4, 6, 36
_f = np.float32
_VECTOR = 4 * LANES  # bytes
_ROOM = IN * IN * LANES


@inner
def _b_transposed(d0, d1, d2, d3, d4, d5):
    """B' d."""
    a, b = d4 - _f(4) * d2, d3 - _f(4) * d1
    c, e = d4 - d2, _f(2) * (d3 - d1)
    return _f(4) * d0 - _f(5) * d2 + d4, a + b, a - b, c + e, c - e, _f(4) * d1 - _f(5) * d3 + d5


@inner
def _b(v0, v1, v2, v3, v4, v5):
    """B v."""
    return (
        _f(4) * v0,
        _f(4) * (v2 - v1 + v5) + _f(2) * (v4 - v3),
        _f(-5) * v0 - _f(4) * (v1 + v2) - (v3 + v4),
        v1 - v2 + _f(2) * (v3 - v4) - _f(5) * v5,
        v0 + v1 + v2 + v3 + v4,
        v5,
    )


@inner
def _a_transposed(m0, m1, m2, m3, m4, m5):
    """A' m."""
    s, d, s2, d2 = m1 + m2, m1 - m2, m3 + m4, m3 - m4
    return m0 + s + s2, d + _f(2) * d2, s + _f(4) * s2, d + _f(8) * d2 + m5


@inner
def _a(y0, y1, y2, y3):
    """A y."""
    s, d = y0 + y2, y1 + y3
    e, g = y0 + _f(4) * y2, _f(2) * y1 + _f(8) * y3
    return y0, s + d, s - d, e + g, e - g, y3


@inner
def _g(w0, w1, w2):
    """G w."""
    s, t = _f(-1 / 6) * (w0 + w2), _f(1 / 6) * w1
    u, v = _f(1 / 24) * w0 + _f(1 / 6) * w2, _f(1 / 12) * w1
    return _f(1 / 4) * w0, s - t, s + t, u + v, u - v, w2


@inner
def _g_transposed(u0, u1, u2, u3, u4, u5):
    """G' u."""
    s, d = _f(1 / 6) * (u1 + u2), _f(1 / 6) * (u2 - u1)
    return _f(1 / 4) * u0 - s + _f(1 / 24) * (u3 + u4), d + _f(1 / 12) * (u3 - u4), _f(1 / 6) * (u3 + u4) - s + u5


@exported("pellucid_winograd_transform_image", types.void(*[types.int64] * 8))
def transform_image(height, width, channels, row, column, image, v, step):
    """v[f] = (B' x B)[f] of the 6 x 6 places from (row, column) on, 0 outside; bytes from one frequency to the next."""
    every = lanes_below(LANES)
    room = address_of(stack_float32s(_ROOM))
    for c in range(0, channels, LANES):
        lanes = lanes_below(channels - c)
        m0 = lanes_below(channels - c if 0 <= column < width else 0)
        m1 = lanes_below(channels - c if 0 <= column + 1 < width else 0)
        m2 = lanes_below(channels - c if column + 2 < width else 0)
        m3 = lanes_below(channels - c if column + 3 < width else 0)
        m4 = lanes_below(channels - c if column + 4 < width else 0)
        m5 = lanes_below(channels - c if column + 5 < width else 0)
        for i in range(IN):
            at, to = image + 4 * (((row + i) * width + column) * channels + c), room + i * IN * _VECTOR
            if 0 <= row + i < height:
                q0, q1, q2, q3, q4, q5 = _b_transposed(
                    load(at, m0),
                    load(at + 4 * channels, m1),
                    load(at + 8 * channels, m2),
                    load(at + 12 * channels, m3),
                    load(at + 16 * channels, m4),
                    load(at + 20 * channels, m5),
                )
            else:
                q0 = q1 = q2 = q3 = q4 = q5 = repeat(_f(0))
            _put_six(to, _VECTOR, every, q0, q1, q2, q3, q4, q5)
        for j in range(IN):
            at, to = room + j * _VECTOR, v + 4 * c + j * step
            q0, q1, q2, q3, q4, q5 = _b_transposed(
                load(at, every),
                load(at + IN * _VECTOR, every),
                load(at + 2 * IN * _VECTOR, every),
                load(at + 3 * IN * _VECTOR, every),
                load(at + 4 * IN * _VECTOR, every),
                load(at + 5 * IN * _VECTOR, every),
            )
            _put_six(to, IN * step, lanes, q0, q1, q2, q3, q4, q5)


@exported("pellucid_winograd_add_to_image", types.void(*[types.int64] * 9))
def add_to_image(height, width, channels, count, row, column, image, v, step):
    """``count`` channels of the 6 x 6 places of the image from (row, column) on += B v B'; what lies outside is dropped."""
    every = lanes_below(LANES)
    room = address_of(stack_float32s(_ROOM))
    for c in range(0, count, LANES):
        lanes = lanes_below(count - c)
        for j in range(IN):
            at, to = v + 4 * c + j * step, room + j * _VECTOR
            q0, q1, q2, q3, q4, q5 = _b(
                load(at, lanes),
                load(at + IN * step, lanes),
                load(at + 2 * IN * step, lanes),
                load(at + 3 * IN * step, lanes),
                load(at + 4 * IN * step, lanes),
                load(at + 5 * IN * step, lanes),
            )
            _put_six(to, IN * _VECTOR, every, q0, q1, q2, q3, q4, q5)
        m0 = lanes_below(count - c if 0 <= column < width else 0)
        m1 = lanes_below(count - c if 0 <= column + 1 < width else 0)
        m2 = lanes_below(count - c if column + 2 < width else 0)
        m3 = lanes_below(count - c if column + 3 < width else 0)
        m4 = lanes_below(count - c if column + 4 < width else 0)
        m5 = lanes_below(count - c if column + 5 < width else 0)
        for i in range(IN):
            if 0 <= row + i < height:
                at, to = room + i * IN * _VECTOR, image + 4 * (((row + i) * width + column) * channels + c)
                q0, q1, q2, q3, q4, q5 = _b(
                    load(at, every),
                    load(at + _VECTOR, every),
                    load(at + 2 * _VECTOR, every),
                    load(at + 3 * _VECTOR, every),
                    load(at + 4 * _VECTOR, every),
                    load(at + 5 * _VECTOR, every),
                )
                store(to, m0, q0 + load(to, m0))
                store(to + 4 * channels, m1, q1 + load(to + 4 * channels, m1))
                store(to + 8 * channels, m2, q2 + load(to + 8 * channels, m2))
                store(to + 12 * channels, m3, q3 + load(to + 12 * channels, m3))
                store(to + 16 * channels, m4, q4 + load(to + 16 * channels, m4))
                store(to + 20 * channels, m5, q5 + load(to + 20 * channels, m5))


@exported("pellucid_winograd_finish_tile", types.void(*[types.int64] * 11))
def finish_tile(rows, columns, outputs, count, row, column, m, step, b, relu, image):
    """``count`` channels of the 4 x 4 places of the image from (row, column) on = f(A' m A + b), f the identity or relu."""
    every = lanes_below(LANES)
    room = address_of(stack_float32s(_ROOM))
    for k in range(0, count, LANES):
        lanes = lanes_below(count - k)
        for j in range(IN):
            at, to = m + 4 * k + j * step, room + j * _VECTOR
            q0, q1, q2, q3 = _a_transposed(
                load(at, lanes),
                load(at + IN * step, lanes),
                load(at + 2 * IN * step, lanes),
                load(at + 3 * IN * step, lanes),
                load(at + 4 * IN * step, lanes),
                load(at + 5 * IN * step, lanes),
            )
            store(to, every, q0)
            store(to + IN * _VECTOR, every, q1)
            store(to + 2 * IN * _VECTOR, every, q2)
            store(to + 3 * IN * _VECTOR, every, q3)
        shift = load(b + 4 * k, lanes)
        m1 = lanes_below(count - k if column + 1 < columns else 0)
        m2 = lanes_below(count - k if column + 2 < columns else 0)
        m3 = lanes_below(count - k if column + 3 < columns else 0)
        for i in range(min(OUT, rows - row)):
            at, to = room + i * IN * _VECTOR, image + 4 * (((row + i) * columns + column) * outputs + k)
            q0, q1, q2, q3 = _a_transposed(
                load(at, every),
                load(at + _VECTOR, every),
                load(at + 2 * _VECTOR, every),
                load(at + 3 * _VECTOR, every),
                load(at + 4 * _VECTOR, every),
                load(at + 5 * _VECTOR, every),
            )
            q0, q1, q2, q3 = q0 + shift, q1 + shift, q2 + shift, q3 + shift
            if relu != 0:
                q0, q1, q2, q3 = positive(q0), positive(q1), positive(q2), positive(q3)
            store(to, lanes, q0)
            store(to + 4 * outputs, m1, q1)
            store(to + 8 * outputs, m2, q2)
            store(to + 12 * outputs, m3, q3)


@inner
def _slope(relu, g, y, lanes):
    """The gradient before the activation; with ``relu`` 0 it is g."""
    value = load(g, lanes)
    if relu != 0:
        value = either(above_zero(load(y, lanes)), value, repeat(_f(0)))
    return value


@exported("pellucid_winograd_transform_gradient", types.void(*[types.int64] * 11))
def transform_gradient(rows, columns, outputs, row, column, y, grad, relu, total, m, step):
    """m[f] = (A dz A')[f] of the 4 x 4 places from (row, column) on, dz = grad f', 0 outside; total += the sum of dz."""
    every = lanes_below(LANES)
    room = address_of(stack_float32s(_ROOM))
    for k in range(0, outputs, LANES):
        lanes = lanes_below(outputs - k)
        m1 = lanes_below(outputs - k if column + 1 < columns else 0)
        m2 = lanes_below(outputs - k if column + 2 < columns else 0)
        m3 = lanes_below(outputs - k if column + 3 < columns else 0)
        part = load(total + 4 * k, lanes)
        for i in range(OUT):
            at, to = 4 * (((row + i) * columns + column) * outputs + k), room + i * IN * _VECTOR
            if row + i < rows:
                d0 = _slope(relu, grad + at, y + at, lanes)
                d1 = _slope(relu, grad + at + 4 * outputs, y + at + 4 * outputs, m1)
                d2 = _slope(relu, grad + at + 8 * outputs, y + at + 8 * outputs, m2)
                d3 = _slope(relu, grad + at + 12 * outputs, y + at + 12 * outputs, m3)
                part = part + (d0 + d1 + (d2 + d3))
            else:
                d0 = d1 = d2 = d3 = repeat(_f(0))
            q0, q1, q2, q3, q4, q5 = _a(d0, d1, d2, d3)
            _put_six(to, _VECTOR, every, q0, q1, q2, q3, q4, q5)
        store(total + 4 * k, lanes, part)
        for j in range(IN):
            at, to = room + j * _VECTOR, m + 4 * k + j * step
            q0, q1, q2, q3, q4, q5 = _a(
                load(at, every),
                load(at + IN * _VECTOR, every),
                load(at + 2 * IN * _VECTOR, every),
                load(at + 3 * IN * _VECTOR, every),
            )
            _put_six(to, IN * step, lanes, q0, q1, q2, q3, q4, q5)


@exported("pellucid_winograd_transform_kernel", types.void(*[types.int64] * 5))
def transform_kernel(count, w, w_step, u, u_step):
    """u[f] = (G w G')[f] for ``count`` kernels that lie side by side; bytes from one of 9 taps, of 36 frequencies to the next."""
    every = lanes_below(LANES)
    room = address_of(stack_float32s(_ROOM))
    for k in range(0, count, LANES):
        lanes = lanes_below(count - k)
        for t in range(3):
            at, to = w + 4 * k + t * w_step, room + t * _VECTOR
            q0, q1, q2, q3, q4, q5 = _g(load(at, lanes), load(at + 3 * w_step, lanes), load(at + 6 * w_step, lanes))
            _put_six(to, 3 * _VECTOR, every, q0, q1, q2, q3, q4, q5)
        for i in range(IN):
            at, to = room + 3 * i * _VECTOR, u + 4 * k + IN * i * u_step
            q0, q1, q2, q3, q4, q5 = _g(load(at, every), load(at + _VECTOR, every), load(at + 2 * _VECTOR, every))
            _put_six(to, u_step, lanes, q0, q1, q2, q3, q4, q5)


@exported("pellucid_winograd_transform_back", types.void(*[types.int64] * 6))
def transform_back(count, u, u_step, w, w_step, add):
    """w (+)= G' u G for ``count`` kernels that lie side by side; bytes from one of 36 frequencies, of 9 taps to the next."""
    every = lanes_below(LANES)
    room = address_of(stack_float32s(_ROOM))
    for k in range(0, count, LANES):
        lanes = lanes_below(count - k)
        for j in range(IN):
            at, to = u + 4 * k + j * u_step, room + j * _VECTOR
            q0, q1, q2 = _g_transposed(
                load(at, lanes),
                load(at + IN * u_step, lanes),
                load(at + 2 * IN * u_step, lanes),
                load(at + 3 * IN * u_step, lanes),
                load(at + 4 * IN * u_step, lanes),
                load(at + 5 * IN * u_step, lanes),
            )
            store(to, every, q0)
            store(to + IN * _VECTOR, every, q1)
            store(to + 2 * IN * _VECTOR, every, q2)
        there = lanes_below(count - k if add != 0 else 0)
        for i in range(3):
            at, to = room + i * IN * _VECTOR, w + 4 * k + 3 * i * w_step
            q0, q1, q2 = _g_transposed(
                load(at, every),
                load(at + _VECTOR, every),
                load(at + 2 * _VECTOR, every),
                load(at + 3 * _VECTOR, every),
                load(at + 4 * _VECTOR, every),
                load(at + 5 * _VECTOR, every),
            )
            store(to, lanes, q0 + load(to, there))
            store(to + w_step, lanes, q1 + load(to + w_step, there))
            store(to + 2 * w_step, lanes, q2 + load(to + 2 * w_step, there))


@inner
def _put_six(to, step, lanes, q0, q1, q2, q3, q4, q5):
    store(to, lanes, q0)
    store(to + step, lanes, q1)
    store(to + 2 * step, lanes, q2)
    store(to + 3 * step, lanes, q3)
    store(to + 4 * step, lanes, q4)
    store(to + 5 * step, lanes, q5)
