"""Convolution with few channels, image by image: windows are read where they lie, sums stay in register tiles.

A product of patches starves where a patch is short or few channels are made. Here each tile reads its windows from the image
itself, or from a copy with a border of zeros. Channels are lanes; where they are fewer than half of a vector, ``side`` windows
beside each other count as one with ``side`` times the channels and a kernel that much wider, zero where a window does not reach.

The way back takes an image through everything at once, in cache: the activation's slope, the bias gradient, the kernel gradient
and the input gradient. The last is a convolution of the same kind with the kernel turned round; where inputs have few channels or
strides leave gaps, it is what each window sends back to its patch, added up.
"""

from __future__ import annotations

import numpy as np

from pellucid.kernels.activation import sigmoid_slope, tanh_slope
from pellucid.kernels.arrays import clear
from pellucid.kernels.base import OK, float32s, inner, kernel, share, unpack
from pellucid.kernels.fused_activation import RELU, SIGMOID, TANH, curve
from pellucid.kernels.vectors import LANES, above_zero, either, lanes_below, load, repeat, store
from pellucid.kernels.window_tiles import window_product


@kernel
def forward(arguments, rank, ranks):
    """y = f(x * w + b), by images. ``bordered``: places of the copy with a border, 0 where the image itself will do."""
    (
        images, height, width, channels, kernel_height, kernel_width, outputs, down, right, top, left, rows, columns,
        activation, side, bordered, line, room, x, w, b, y, scratch,
    ) = unpack(arguments, 23)  # fmt: skip
    low, high = share(images, rank, ranks)
    border = scratch + 4 * rank * room
    wide = kernel_width + (side - 1) * right
    kernels, shift = w, b
    if side > 1:
        kernels = border + 4 * bordered * channels
        shift = kernels + 4 * kernel_height * wide * channels * side * outputs
        _widen(kernel_height, kernel_width, channels, outputs, side, right, w, kernels)
        _repeat_bias(side, outputs, b, shift)
    clear(bordered * channels, float32s(border, 0))
    relu = 1 if activation == RELU else 0
    made = rows * columns * outputs
    for n in range(low, high):
        source = x + 4 * n * height * width * channels
        if bordered != 0:
            _frame(height, width * channels, (top * line + left) * channels, line * channels, source, border)
            source = border
        there = y + 4 * n * made
        window_product(
            rows * columns // side, columns // side, 4 * down * line * channels, 4 * side * right * channels, side * outputs,
            kernel_height, wide * channels, source, 4 * line * channels, 4, kernels, 4 * wide * channels * side * outputs,
            4 * side * outputs, there, 4 * side * outputs, 0, shift, relu,
        )  # fmt: skip
        curve(activation, made, float32s(there, 0))
    return OK


@kernel
def backward(arguments, rank, ranks):
    """sums[rank] = the gradients of w, then of b, from this rank's images, and dx (+)= that of x (0: not asked for).

    dz is the gradient before the activation: a copy with ``above`` and ``before`` places around it, ``framed`` in all, where one
    is needed. ``back``: windows beside each other in the turned convolution that is dx; 0: dx is added up from patches.
    """
    (
        images, height, width, channels, kernel_height, kernel_width, outputs, down, right, top, left, rows, columns,
        activation, side, bordered, line, above, before, framed, d_line, back, accumulate, room,
        x, w, y, grad, dx, sums, scratch,
    ) = unpack(arguments, 31)  # fmt: skip
    low, high = share(images, rank, ranks)
    wide, made = kernel_width + (side - 1) * right, rows * columns * outputs
    border = scratch + 4 * rank * room
    frame = border + 4 * bordered * channels
    turned = frame + 4 * framed * outputs
    taps = kernel_height * wide * channels
    patch = kernel_height * kernel_width * channels
    size = kernel_height * (kernel_width + back - 1) * outputs * back * channels if back > 0 else patch * outputs
    expanded = turned + (4 * size if dx != 0 else 0)
    patches = expanded + (4 * taps * side * outputs if side > 1 else 0)
    canvas = patches + 4 * rows * columns * patch
    own = sums + 4 * rank * (kernel_height * kernel_width * channels + 1) * outputs
    own_bias = own + 4 * kernel_height * kernel_width * channels * outputs
    gathered = expanded if side > 1 else own
    clear(bordered * channels, float32s(border, 0))
    clear(framed * outputs, float32s(frame, 0))
    clear(taps * side * outputs, float32s(gathered, 0))
    clear(outputs, float32s(own_bias, 0))
    if dx != 0 and back > 0:
        _turn(kernel_height, kernel_width, channels, outputs, back, w, turned)
    elif dx != 0:
        _transpose(patch, outputs, w, turned)
    for n in range(low, high):
        source, g = x + 4 * n * height * width * channels, grad + 4 * n * made
        if bordered != 0:
            _frame(height, width * channels, (top * line + left) * channels, line * channels, source, border)
            source = border
        dz = g
        if framed != 0:
            dz = frame + 4 * (above * d_line + before) * outputs
            _before_activation(activation, rows, columns * outputs, d_line * outputs, y + 4 * n * made, g, dz)
        _add_places(rows, columns, outputs, d_line * outputs, dz, own_bias)
        # Rows are the taps of the kernel, and the sums run over all windows.
        window_product(
            taps, wide * channels, 4 * line * channels, 4, side * outputs,
            rows, columns // side, source, 4 * down * line * channels, 4 * side * right * channels, dz, 4 * d_line * outputs,
            4 * side * outputs, gathered, 4 * side * outputs, 1, 0, 0,
        )  # fmt: skip
        if dx != 0 and back == 0:
            window_product(
                rows * columns, columns, 4 * d_line * outputs, 4 * outputs, patch, 1, outputs, dz, 0, 4,
                turned, 0, 4 * patch, patches, 4 * patch, 0, 0, 0,
            )  # fmt: skip
            image = dx + 4 * n * height * width * channels
            to = canvas if bordered != 0 else image
            if bordered != 0 or accumulate == 0:
                clear((bordered if bordered != 0 else height * width) * channels, float32s(to, 0))
            run = kernel_width * channels
            _add_patches(
                rows, columns, kernel_height, run, down * line * channels, right * channels, line * channels, patches, to
            )
            if bordered != 0:
                inside = canvas + 4 * (top * line + left) * channels
                _cut_out(height, width * channels, line * channels, inside, accumulate, image)
        elif dx != 0:
            reach = (kernel_width + back - 1) * outputs
            window_product(
                height * width // back, width // back, 4 * d_line * outputs, 4 * back * outputs, back * channels,
                kernel_height, reach, frame if framed != 0 else g, 4 * d_line * outputs, 4, turned, 4 * reach * back * channels,
                4 * back * channels, dx + 4 * n * height * width * channels, 4 * back * channels, accumulate, 0, 0,
            )  # fmt: skip
    if side > 1:
        _narrow(kernel_height, kernel_width, channels, outputs, side, right, gathered, own)
    return OK


@inner
def _frame(lines, run, first, line, image, frame):
    """Copy an image's lines of ``run`` numbers into a larger one's of ``line`` numbers, from number ``first`` on."""
    for i in range(lines):
        source, target = float32s(image, i * run), float32s(frame, first + i * line)
        for j in range(run):
            target[j] = source[j]


@inner
def _widen(kernel_height, kernel_width, channels, outputs, side, right, w, kernels):
    """The kernel of ``side`` windows beside each other: that of the s-th lies s strides further right, in channels of its own."""
    wide = kernel_width + (side - 1) * right
    clear(kernel_height * wide * channels * side * outputs, float32s(kernels, 0))
    for u in range(kernel_height):
        for v in range(kernel_width):
            for s in range(side):
                for c in range(channels):
                    source = float32s(w, ((u * kernel_width + v) * channels + c) * outputs)
                    target = float32s(kernels, (((u * wide + v + s * right) * channels + c) * side + s) * outputs)
                    for k in range(outputs):
                        target[k] = source[k]


@inner
def _narrow(kernel_height, kernel_width, channels, outputs, side, right, gathered, own):
    """The way back of ``_widen``: the sum over the windows."""
    wide = kernel_width + (side - 1) * right
    for u in range(kernel_height):
        for v in range(kernel_width):
            for c in range(channels):
                target = float32s(own, ((u * kernel_width + v) * channels + c) * outputs)
                for k in range(outputs):
                    target[k] = 0
                for s in range(side):
                    source = float32s(gathered, (((u * wide + v + s * right) * channels + c) * side + s) * outputs)
                    for k in range(outputs):
                        target[k] += source[k]


@inner
def _repeat_bias(side, outputs, b, shift):
    source, target = float32s(b, 0), float32s(shift, 0)
    for s in range(side):
        for k in range(outputs):
            target[s * outputs + k] = source[k]


@inner
def _turn(kernel_height, kernel_width, channels, outputs, back, w, turned):
    """The kernel turned round, inputs for outputs, as one of ``back`` windows beside each other."""
    wide = kernel_width + back - 1
    clear(kernel_height * wide * outputs * back * channels, float32s(turned, 0))
    for u in range(kernel_height):
        for v in range(kernel_width):
            for s in range(back):
                for c in range(channels):
                    place = ((kernel_height - 1 - u) * kernel_width + kernel_width - 1 - v) * channels + c
                    source, target = float32s(w, place * outputs), float32s(turned, s * channels + c)
                    first = (u * wide + v + s) * outputs
                    for k in range(outputs):
                        target[(first + k) * back * channels] = source[k]


@inner
def _transpose(rows, columns, w, turned):
    for i in range(rows):
        source, target = float32s(w, i * columns), float32s(turned, i)
        for j in range(columns):
            target[j * rows] = source[j]


@inner
def _add_patches(rows, columns, lines, run, down, right, line, patches, image):
    """Each window's patch, ``lines`` of ``run`` numbers, onto the places that it was taken from; strides in numbers."""
    for i in range(rows):
        for j in range(columns):
            for u in range(lines):
                source, to = patches + 4 * ((i * columns + j) * lines + u) * run, image + 4 * (i * down + j * right + u * line)
                for first in range(0, run, LANES):
                    lanes, at = lanes_below(run - first), to + 4 * first
                    store(at, lanes, load(at, lanes) + load(source + 4 * first, lanes))


@inner
def _cut_out(lines, run, line, source, accumulate, image):
    """image (+)= lines of ``run`` numbers out of a larger one's of ``line``."""
    for i in range(lines):
        inside, out = float32s(source, i * line), float32s(image, i * run)
        for j in range(run):
            out[j] = inside[j] + (out[j] if accumulate != 0 else np.float32(0))


@inner
def _before_activation(activation, lines, run, line, y, grad, dz):
    """dz = grad f', told from y, into lines of a larger image."""
    for i in range(lines):
        out, g, target = float32s(y, i * run), float32s(grad, i * run), float32s(dz, i * line)
        if activation == RELU:
            for first in range(0, run, LANES):
                lanes, at = lanes_below(run - first), 4 * (i * run + first)
                kept = either(above_zero(load(y + at, lanes)), load(grad + at, lanes), repeat(np.float32(0)))
                store(dz + 4 * (i * line + first), lanes, kept)
        elif activation == SIGMOID:
            for j in range(run):
                target[j] = g[j] * sigmoid_slope(out[j])
        elif activation == TANH:
            for j in range(run):
                target[j] = g[j] * tanh_slope(out[j])
        else:
            for j in range(run):
                target[j] = g[j]


@inner
def _add_places(rows, columns, outputs, line, dz, total):
    """total += the sum over all places of an image."""
    for first in range(0, outputs, LANES):
        lanes = lanes_below(outputs - first)
        part = repeat(np.float32(0))
        for i in range(rows):
            for j in range(columns):
                part = part + load(dz + 4 * (i * line + j * outputs + first), lanes)
        store(total + 4 * first, lanes, load(total + 4 * first, lanes) + part)
