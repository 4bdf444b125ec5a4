"""Convolution as products: what each window sees is laid out as a row of *patches*, a piece of the output at a time.

A piece's patches stay in the second-level cache until they are multiplied. Windows of one place with stride 1 need none: the
image itself is the patches. Ranks share the images. Rows are counted through all images: row r is row r % out_rows of image
r // out_rows, so that a piece may span several small images.
"""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import OK, float32s, inner, kernel, share, unpack
from pellucid.kernels.fused_activation import add_bias
from pellucid.kernels.product import sgemm
from pellucid.kernels.tiles import HAVE_TILES, MOST_COLUMNS, small_product


@kernel
def forward(arguments, rank, ranks):
    """y = f(x * w + b), or with ``accumulate`` f(y + x * w + b); x and y by images."""
    (
        images, height, width, channels, kernel_height, kernel_width, outputs, groups,
        down, right, gap_down, gap_right, top, left, rows, columns,
        activation, piece, accumulate, x, w, b, y, scratch,
    ) = unpack(arguments, 24)  # fmt: skip
    low, high = share(images, rank, ranks)
    seen = channels // groups
    depth, made = kernel_height * kernel_width * seen, outputs // groups
    patches = scratch + 4 * rank * piece * columns * depth
    for first in range(low * rows, high * rows, piece):
        count = min(piece, high * rows - first)
        there = y + 4 * first * columns * outputs
        for group in range(groups):
            here = patches
            if _sees_itself(kernel_height, kernel_width, groups, down, right, top, left, rows, columns, height, width):
                here = x + 4 * first * width * channels
            else:
                _lay_out(
                    first, count, height, width, channels, kernel_height, kernel_width, group * seen, seen,
                    down, right, gap_down, gap_right, top, left, rows, columns, x, patches,
                )  # fmt: skip
            _multiply(count * columns, made, outputs, depth, here, w + 4 * group * made, accumulate, there + 4 * group * made)
        for place in range(count * columns):
            add_bias(activation, outputs, float32s(b, 0), float32s(there, place * outputs))
    return OK


@kernel
def input_gradient(arguments, rank, ranks):
    """dx (+)= the sum over all windows of what they send back; grad and dx by images."""
    (
        images, height, width, channels, kernel_height, kernel_width, outputs, groups,
        down, right, gap_down, gap_right, top, left, rows, columns,
        piece, accumulate, grad, w, dx, scratch,
    ) = unpack(arguments, 22)  # fmt: skip
    low, high = share(images, rank, ranks)
    seen = channels // groups
    depth, made = kernel_height * kernel_width * seen, outputs // groups
    patches = scratch + 4 * rank * piece * columns * depth
    if _sees_itself(kernel_height, kernel_width, groups, down, right, top, left, rows, columns, height, width):
        count, beta = (high - low) * rows * columns, 1.0 if accumulate != 0 else 0.0
        here, there = grad + 4 * low * rows * columns * outputs, dx + 4 * low * height * width * channels
        sgemm(False, True, count, channels, outputs, 1.0, here, outputs, w, outputs, beta, there, channels)
        return OK
    if accumulate == 0:
        out = float32s(dx, low * height * width * channels)
        for i in range((high - low) * height * width * channels):
            out[i] = 0
    for first in range(low * rows, high * rows, piece):
        count = min(piece, high * rows - first)
        here = grad + 4 * first * columns * outputs
        for group in range(groups):
            part, kernels = here + 4 * group * made, w + 4 * group * made
            sgemm(False, True, count * columns, depth, made, 1.0, part, outputs, kernels, outputs, 0.0, patches, depth)
            _send_back(
                first, count, height, width, channels, kernel_height, kernel_width, group * seen, seen,
                down, right, gap_down, gap_right, top, left, rows, columns, patches, dx,
            )  # fmt: skip
    return OK


@kernel
def kernel_gradient(arguments, rank, ranks):
    """sums[rank] = the gradient of w from this rank's images; x and grad by images."""
    (
        images, height, width, channels, kernel_height, kernel_width, outputs, groups,
        down, right, gap_down, gap_right, top, left, rows, columns,
        piece, x, grad, sums, scratch,
    ) = unpack(arguments, 21)  # fmt: skip
    low, high = share(images, rank, ranks)
    seen = channels // groups
    depth, made = kernel_height * kernel_width * seen, outputs // groups
    patches = scratch + 4 * rank * piece * columns * depth
    own = sums + 4 * rank * depth * outputs
    total = float32s(own, 0)
    for i in range(depth * outputs):
        total[i] = 0
    for first in range(low * rows, high * rows, piece):
        count = min(piece, high * rows - first)
        part = grad + 4 * first * columns * outputs
        for group in range(groups):
            here = patches
            if _sees_itself(kernel_height, kernel_width, groups, down, right, top, left, rows, columns, height, width):
                here = x + 4 * first * width * channels
            else:
                _lay_out(
                    first, count, height, width, channels, kernel_height, kernel_width, group * seen, seen,
                    down, right, gap_down, gap_right, top, left, rows, columns, x, patches,
                )  # fmt: skip
            if _suits_tiles(depth, outputs, made):
                small_product(depth, outputs, count * columns, np.float32(1), here, 4, 4 * depth, part, own, 1)
            else:
                of_group = (part + 4 * group * made, own + 4 * group * made)
                sgemm(
                    True, False, depth, made, count * columns, 1.0, here, depth, of_group[0], outputs, 1.0, of_group[1], outputs
                )
    return OK


@kernel
def finish(arguments, rank, ranks):
    """y = f(y + b) in place, by images."""
    activation, images, places, outputs, b, y = unpack(arguments, 6)
    low, high = share(images, rank, ranks)
    for place in range(low * places, high * places):
        add_bias(activation, outputs, float32s(b, 0), float32s(y, place * outputs))
    return OK


@kernel
def add_up(arguments, rank, ranks):
    """out (+)= the sum of all ranks' rows of ``sums``, ``length`` long, from number ``first`` on; out by rows."""
    rows, row_size, length, first, accumulate, sums, out = unpack(arguments, 7)
    low, high = share(rows, rank, ranks)
    target = float32s(out, low * row_size)
    count = (high - low) * row_size
    if accumulate == 0:
        for i in range(count):
            target[i] = 0
    for other in range(ranks):
        part = float32s(sums, other * length + first + low * row_size)
        for i in range(count):
            target[i] += part[i]
    return OK


@inner
def _sees_itself(kernel_height, kernel_width, groups, down, right, top, left, rows, columns, height, width):
    """Whether each window is one place, and the windows are all places in order."""
    return kernel_height * kernel_width * groups * down * right == 1 and top + left == 0 and rows == height and columns == width


@inner
def _suits_tiles(rows, outputs, made):
    """As for dense layers: see ``linear``."""
    return HAVE_TILES and outputs == made and rows >= 4 and 16 < outputs <= MOST_COLUMNS


@inner
def _multiply(places, made, outputs, depth, patches, w, accumulate, y):
    """y (+)= patches w, for the columns of one group."""
    if _suits_tiles(places, outputs, made):
        small_product(places, outputs, depth, np.float32(1), patches, 4 * depth, 4, w, y, accumulate)
    else:
        beta = 1.0 if accumulate != 0 else 0.0
        sgemm(False, False, places, made, depth, 1.0, patches, depth, w, outputs, beta, y, outputs)


@inner
def _lay_out(
    first, count, height, width, channels, kernel_height, kernel_width, channel, seen,
    down, right, gap_down, gap_right, top, left, rows, columns, x, patches,
):  # fmt: skip
    """Write what each window of ``count`` rows sees, one window after the other; 0 outside of the image."""
    run = kernel_width * seen
    out = float32s(patches, 0)
    at = 0
    for row in range(first, first + count):
        image = float32s(x, row // rows * height * width * channels + channel)
        for column in range(columns):
            begin = column * right - left
            for u in range(kernel_height):
                line = row % rows * down + u * gap_down - top
                if line < 0 or line >= height:
                    for i in range(run):
                        out[at + i] = 0
                elif gap_right == 1 and seen == channels and begin >= 0 and begin + kernel_width <= width:
                    start = (line * width + begin) * channels
                    for i in range(run):
                        out[at + i] = image[start + i]
                else:
                    for v in range(kernel_width):
                        place = begin + v * gap_right
                        start = (line * width + place) * channels
                        if place < 0 or place >= width:
                            for i in range(seen):
                                out[at + v * seen + i] = 0
                        else:
                            for i in range(seen):
                                out[at + v * seen + i] = image[start + i]
                at += run


@inner
def _send_back(
    first, count, height, width, channels, kernel_height, kernel_width, channel, seen,
    down, right, gap_down, gap_right, top, left, rows, columns, patches, dx,
):  # fmt: skip
    """Add each window's patch to the places that it was taken from."""
    run = kernel_width * seen
    part = float32s(patches, 0)
    at = 0
    for row in range(first, first + count):
        image = float32s(dx, row // rows * height * width * channels + channel)
        for column in range(columns):
            begin = column * right - left
            for u in range(kernel_height):
                line = row % rows * down + u * gap_down - top
                if line >= 0 and line < height:
                    if gap_right == 1 and seen == channels and begin >= 0 and begin + kernel_width <= width:
                        start = (line * width + begin) * channels
                        for i in range(run):
                            image[start + i] += part[at + i]
                    else:
                        for v in range(kernel_width):
                            place = begin + v * gap_right
                            if place >= 0 and place < width:
                                start = (line * width + place) * channels
                                for i in range(seen):
                                    image[start + i] += part[at + v * seen + i]
                at += run
