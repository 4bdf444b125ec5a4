"""Which kernels a convolution runs through, by its shape alone: the one place where that is decided.

    way        shape                                                     why
    depthwise  every channel is a group with one output                  nothing to multiply by a matrix: a pass in vectors
    winograd   3 x 3, stride 1, no dilation, 32 channels on both sides   a quarter of the multiplications
    direct     one group, no dilation, few channels, a small kernel      patches would cost as much as their products
    patches    all else                                                  products of the patches, a piece in cache at a time;
                                                                         of the image itself for 1 x 1 at stride 1

The kernels' file tells the way in a printed plan: ``winograd.forward``, ``direct_convolution.forward``, ``convolution.forward``.
Where the processor has no AVX-512, only ``depthwise`` and ``patches`` are there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import prod

from pellucid.kernels.processor import has_wide_vectors
from pellucid.ops.windows import Pair, span

LANES = 16
FEWEST_FOR_WINOGRAD = 32  # channels; with fewer the transforms cost more than they save
MOST_FOR_DIRECT = 48  # channels on the smaller side: from there on, BLAS has enough to reuse
LARGEST_DIRECT_KERNEL = 32_768  # float32s that stay in cache for all windows of an image
FEWEST_WINDOWS = 16  # of an image: two tiles
IN_CACHE = 200_000  # float32s of a block of tiles, before and after its products, beside the kernel in the second-level cache


class Way(Enum):
    """How a convolution is computed."""

    DEPTHWISE = "depthwise"
    WINOGRAD = "winograd"
    DIRECT = "direct"
    PATCHES = "patches"


@dataclass(frozen=True)
class Geometry:
    """The sizes of a convolution: images x, kernel w, images y (channels last), and how its windows lie."""

    x: tuple[int, ...]
    w: tuple[int, ...]
    y: tuple[int, ...]
    strides: Pair
    dilation: Pair
    groups: int
    top: int
    left: int

    @property
    def way(self) -> Way:
        """The choice; see the table above."""
        height, width, seen, made = self.w
        if self.groups == made > 1 and seen == 1:
            return Way.DEPTHWISE
        if self.groups > 1 or self.dilation != (1, 1) or not has_wide_vectors():
            return Way.PATCHES
        if (height, width) == (3, 3) and self.strides == (1, 1) and min(seen, made) >= FEWEST_FOR_WINOGRAD:
            return Way.WINOGRAD
        is_small = height * width > 1 and min(seen, made) <= MOST_FOR_DIRECT and prod(self.w) <= LARGEST_DIRECT_KERNEL
        return Way.DIRECT if is_small and prod(self.y[1:3]) >= FEWEST_WINDOWS else Way.PATCHES


@dataclass(frozen=True)
class Winograd:
    """The arguments of `kernels.winograd` that follow from a geometry."""

    geometry: Geometry

    @property
    def tiles(self) -> int:
        """Of one image."""
        return -(-self.geometry.y[1] // 4) * -(-self.geometry.y[2] // 4)

    @property
    def by_images(self) -> bool:
        """Whether less is to be moved where each rank has all of the kernel, than where it has all of the tiles."""
        g = self.geometry
        seen, made = g.w[2:]
        return g.x[0] * self.tiles * (seen + made) >= 2 * seen * made

    @property
    def place(self) -> tuple[int, ...]:
        g = self.geometry
        return (g.top, g.left, *g.y[1:3])

    @property
    def block(self) -> int:
        """Tiles whose transforms, on both sides of the products, stay in the second-level cache."""
        seen, made = self.geometry.w[2:]
        return max(24, min(96, IN_CACHE // (36 * (seen + made)) // 6 * 6))

    @property
    def moved(self) -> tuple[int, int]:
        """Float32s of a block before the products, and after them."""
        seen, made = self.geometry.w[2:]
        return 36 * (self.block * seen + 16), 36 * (self.block * made + 16)

    @property
    def panels(self) -> tuple[int, int]:
        """Float32s of one frequency of the kernel in panels of 64 columns, and of its transpose."""
        seen, made = self.geometry.w[2:]
        return seen * -(-made // 64) * 64, made * -(-seen // 64) * 64

    @property
    def panel_room(self) -> int:
        """Float32s of a square block of the transformed kernel, and of the kernel itself turned round."""
        return (36 + 9) * (64 * 64 + 16)

    @property
    def forward_room(self) -> int:
        return 36 * self.panels[0] + sum(self.moved)

    @property
    def backward_room(self) -> int:
        seen, made = self.geometry.w[2:]
        return 36 * self.panels[1] + 36 * (seen * made + 16) + sum(self.moved)


@dataclass(frozen=True)
class Direct:
    """The arguments of `kernels.direct_convolution` that follow from a geometry."""

    geometry: Geometry

    @property
    def sizes(self) -> tuple[int, ...]:
        g = self.geometry
        return (*g.x, *g.w[:2], g.w[3], *g.strides, g.top, g.left, *g.y[1:3])

    @property
    def side(self) -> int:
        """Windows beside each other that count as one, so that their channels fill more of a vector."""
        g = self.geometry
        return _side(g.w[1], g.strides[1], g.w[0] * g.w[2], g.w[3], g.y[2])

    @property
    def border(self) -> tuple[int, int]:
        """Places of an image with its border (0: none is needed), and of one of its lines."""
        g = self.geometry
        needed = [(n - 1) * s + span(k, 1) for n, s, k in zip(g.y[1:3], g.strides, g.w[:2], strict=True)]
        if g.top == g.left == 0 and needed[0] <= g.x[1] and needed[1] <= g.x[2]:
            return 0, g.x[2]
        lines, line = max(needed[0], g.top + g.x[1]), max(needed[1], g.left + g.x[2])
        return lines * line, line

    @property
    def forward_room(self) -> int:
        """Float32s of scratch a rank needs."""
        g = self.geometry
        return self.border[0] * g.x[3] + self._widened + (self.side * g.w[3] if self.side > 1 else 0)

    @property
    def _widened(self) -> int:
        g, side = self.geometry, self.side
        wide = g.w[1] + (side - 1) * g.strides[1]
        return g.w[0] * wide * g.w[2] * side * g.w[3] if side > 1 else 0

    @property
    def turns(self) -> bool:
        """Whether the input gradient is a convolution with the kernel turned round; else it is added up from patches.

        At stride 1, with no more border than the kernel reaches over; with fewer channels than a vector has lanes, patches,
        which are all of a window's channels, waste less.
        """
        g = self.geometry
        return g.strides == (1, 1) and g.top < g.w[0] and g.left < g.w[1] and g.x[3] >= LANES

    def frame(self, slope: bool, input_gradient: bool) -> tuple[int, int, int, int, int]:
        """Places above and before the gradient, of it with all that lies around it (0: as it is), of a line; ``back``."""
        g = self.geometry
        if not input_gradient or not self.turns:
            return 0, 0, prod(g.y[1:3]) if slope else 0, g.y[2], 0
        above, before = g.w[0] - 1 - g.top, g.w[1] - 1 - g.left
        lines, line = max(above + g.y[1], g.x[1] + g.w[0] - 1), max(before + g.y[2], g.x[2] + g.w[1] - 1)
        return above, before, lines * line, line, _side(g.w[1], 1, g.w[0] * g.w[3], g.x[3], g.x[2])

    def backward_room(self, framed: int, back: int, input_gradient: bool) -> int:
        """Float32s of scratch a rank needs."""
        g = self.geometry
        room = self.border[0] * g.x[3] + framed * g.w[3] + self._widened
        if not input_gradient:
            return room
        if back > 0:
            return room + g.w[0] * (g.w[1] + back - 1) * g.w[3] * back * g.w[2]
        return room + prod(g.w) + prod(g.y[1:3]) * prod(g.w[:3]) + self.border[0] * g.x[3]


def _side(taps: int, gap: int, depth: int, channels: int, columns: int) -> int:
    """How many windows beside each other count as one: a wider kernel, but more of a vector filled.

    The time of a tile of 8 rows, in ns, as measured: 60, and for each number that a window sees ``_TILE``, by its vectors.
    ``taps`` are those of a kernel's line, ``gap`` lies between two windows, ``depth`` is all that a window sees of one column.
    """

    def time(side: int) -> float:
        vectors = -(-side * channels // LANES)
        blocks = -(-vectors // 3)
        return (60 + (taps + (side - 1) * gap) * depth * (_TILE[vectors] if vectors <= 3 else blocks * _TILE[2])) / side

    most = max(1, 3 * LANES // channels)
    return min((s for s in range(1, most + 1) if columns % s == 0), key=time)


_TILE = {1: 3.5, 2: 4.0, 3: 6.0}
