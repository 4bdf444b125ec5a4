"""A border of zeros around images, and images without their border, by images. A row of an image is a run of numbers."""

from __future__ import annotations

from pellucid.kernels.base import OK, float32s, kernel, share, unpack


@kernel
def pad(arguments, rank, ranks):
    """large (+)= small in the middle of zeros."""
    images, height, run, top, left, small_height, small_run, accumulate, small, large = unpack(arguments, 10)
    low, high = share(images, rank, ranks)
    if accumulate == 0:
        whole = float32s(large, low * height * run)
        for i in range((high - low) * height * run):
            whole[i] = 0
    for n in range(low, high):
        for row in range(small_height):
            source = float32s(small, (n * small_height + row) * small_run)
            target = float32s(large, (n * height + top + row) * run + left)
            for i in range(small_run):
                target[i] += source[i]
    return OK


@kernel
def crop(arguments, rank, ranks):
    """small (+)= the middle of large."""
    images, height, run, top, left, small_height, small_run, accumulate, large, small = unpack(arguments, 10)
    low, high = share(images, rank, ranks)
    for n in range(low, high):
        for row in range(small_height):
            source = float32s(large, (n * height + top + row) * run + left)
            target = float32s(small, (n * small_height + row) * small_run)
            if accumulate == 0:
                for i in range(small_run):
                    target[i] = source[i]
            else:
                for i in range(small_run):
                    target[i] += source[i]
    return OK
