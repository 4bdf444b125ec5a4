"""The order in which an epoch takes its samples."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pellucid.random.streams import generator


def epoch_order(order: npt.NDArray[np.int64], *, shuffle: bool, seed: int, steps_done: int, first: int = 0) -> None:
    """Write into ``order`` each sample's number once: without replacement, in an order of this epoch's own.

    It depends on the seed and on the training steps done before the epoch, so a run that was resumed takes the same samples
    in the same order, and a second ``fit`` takes another. Unshuffled, it is that of the data from ``first`` on, in a circle.
    """
    order[...] = np.arange(len(order))
    if shuffle:
        generator(seed, "shuffle", steps_done).shuffle(order)
    elif first:
        order[...] = np.roll(order, -first)
