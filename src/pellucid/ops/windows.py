"""Windows over an image: how many fit along each axis, and what padding does to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.arguments import is_integer
from pellucid.errors import ArgumentError, ShapeError

Pair = tuple[int, int]
_AXES = {1: ("length",), 2: ("height", "width")}


def pair(owner: str, name: str, value: Any, at_least: int = 1) -> Pair:
    """Two whole numbers, from one for both or from two.

    Raises:
        ArgumentError: something else, or a number is too small.
    """
    both = tuple(value) if isinstance(value, list | tuple) else (value, value)
    if len(both) != 2 or not all(is_integer(n, at_least) for n in both):
        raise ArgumentError(f"{owner}: {name} must be a whole number of at least {at_least}, or two. Received {value!r}.")
    return int(both[0]), int(both[1])


def span(kernel: int, dilation: int) -> int:
    """How far a window reaches: a kernel of k with gaps of d - 1 covers (k - 1) d + 1 places."""
    return (kernel - 1) * dilation + 1


def padding_for(
    owner: str, padding: Any, sizes: Sequence[int], kernel: Sequence[int], strides: Sequence[int], dilation: Sequence[int]
) -> tuple[Pair, ...]:
    """Places added before and after each axis.

        valid   none
        same    as many as make ceil(size / stride) windows, the odd one after (as in TensorFlow and Keras)
        causal  all before, so that no window looks ahead

    or the numbers themselves, one pair an axis.

    Raises:
        ArgumentError: it is none of these.

    >>> padding_for("conv", "same", (5, 4), (3, 3), (1, 2), (1, 1))
    ((1, 1), (0, 1))
    """
    if padding == "valid":
        return tuple((0, 0) for _ in sizes)
    if padding in ("same", "causal"):
        result = []
        for size, k, stride, d in zip(sizes, kernel, strides, dilation, strict=True):
            missing = max(0, (-(-size // stride) - 1) * stride + span(k, d) - size)
            if padding == "causal":
                result.append((span(k, d) - 1, 0))
            else:
                result.append((missing // 2, missing - missing // 2))
        return tuple(result)
    if isinstance(padding, list | tuple) and len(padding) == len(sizes):
        return tuple(pair(owner, "padding", one, at_least=0) for one in padding)
    raise ArgumentError(f"{owner}: padding must be 'valid', 'same' or a pair of numbers an axis. Received {padding!r}.")


def windows(
    sizes: Sequence[int], kernel: Sequence[int], strides: Sequence[int], dilation: Sequence[int], padding: Sequence[Pair]
) -> tuple[int, ...]:
    """How many windows fit along each axis.

        (before + size + after - (kernel - 1) dilation - 1) // stride + 1

    Raises:
        ShapeError: none fits; shows the arithmetic.
    """
    counts = []
    for name, size, k, stride, d, (before, after) in zip(
        _AXES[len(sizes)], sizes, kernel, strides, dilation, padding, strict=True
    ):
        room = before + size + after
        if span(k, d) > room:
            gaps = f" with dilation {d}, which covers ({k} - 1) x {d} + 1 = {span(k, d)}," if d > 1 else ""
            shape = "x".join(map(str, kernel))
            raise ShapeError(
                f"a window of {shape} does not fit an input of {'x'.join(map(str, sizes))}: along the {name}, {k}{gaps} is more "
                f"than {before} + {size} + {after} = {room} (padding before, input, padding after). Use a smaller window or "
                "padding='same'."
            )
        counts.append((room - span(k, d)) // stride + 1)
    return tuple(counts)
