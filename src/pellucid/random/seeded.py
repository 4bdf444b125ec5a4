"""A seed for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pellucid.random.seed import load_state, set_seed, state


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """This seed within; afterwards the one from before, which goes on from where it was.

    Raises:
        ArgumentError: the seed is not an integer from 0 to 2^63 - 1.

    >>> from pellucid.random.seed import get_seed
    >>> set_seed(1)
    >>> with seeded(2):
    ...     get_seed()
    2
    >>> get_seed()
    1
    """
    before = state()
    set_seed(seed)
    try:
        yield
    finally:
        load_state(before)
