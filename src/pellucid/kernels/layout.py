"""Sizes by which kernels work, and how recurrent ones lay out their scratch memory. Imports no Numba: others go by them, too."""

from __future__ import annotations

FEWEST_COLUMNS, MOST_COLUMNS = 17, 128  # of products in register tiles: below, tiles are half empty; above, panels come first
LARGE = 1 << 15  # numbers of a weight matrix from which on products are made in panels

PANEL = 64  # columns of a matrix that are laid together: four vectors, the width of a register tile
PRODUCT_ROWS, PRODUCT_DEPTH = 256, 512  # of A that are laid side by side for a product with a large matrix
PRODUCT_ROOM = PRODUCT_ROWS * (PRODUCT_DEPTH + 16) + PRODUCT_DEPTH * PANEL  # float32s: these, and a panel of that matrix

SAMPLES = 64  # of a recurrent layer, taken through all steps together: what a step touches stays in cache beside the kernel
TOGETHER = 112  # rows of its gradients that are gathered, where a step has fewer, before they go into a product


def padded(columns: int) -> int:
    """Numbers from one row to the next: an odd number of cache lines, so that rows do not share few sets of a cache."""
    return 16 * ((columns + 15) // 16 | 1)


def steps_together(samples: int) -> int:
    """Steps whose gradients are gathered before they go into a product: at most ``TOGETHER`` rows, or one step."""
    return max(1, TOGETHER // max(1, samples))


def forward_room(states: int, row: int, wide: int) -> tuple[int, int, int, int]:
    """Where in a rank's room (in numbers of float32) states, rows of inputs and rows of sums begin, and its size.

    At its beginning are the numbers of those samples that are present. ``states``: numbers of a sample's states; ``row`` and
    ``wide``: from one row to the next of inputs and of sums.
    """
    inputs = SAMPLES + SAMPLES * states
    sums = inputs + SAMPLES * row
    return SAMPLES, inputs, sums, sums + SAMPLES * wide


def backward_room(row: int, wide: int, returned: int) -> tuple[int, int, int, int]:
    """Where rows of inputs, of gradients with respect to sums, and of what goes back from them begin, and the room's size."""
    gradients = SAMPLES + TOGETHER * row
    back = gradients + TOGETHER * wide
    return SAMPLES, gradients, back, back + SAMPLES * returned
