"""What the bindings of operations to their compiled twins share."""

from __future__ import annotations

from math import prod

from pellucid.kernels.call import Access, Buffer, Share, updates, writes


def into(gradient: Buffer, accumulate: bool, share: Share = Share.ROWS) -> Access:
    """Access to a gradient, by rows where nothing else is said: overwritten, or added to."""
    return updates(gradient, share) if accumulate else writes(gradient, share)


def vectors(x: Buffer) -> tuple[int, int, int]:
    """Rows of the first axis, vectors of the last axis in each of them, and a vector's length; for two axes or more."""
    return x.rows, prod(x.shape[1:-1]), x.shape[-1]
