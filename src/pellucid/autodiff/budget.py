"""A budget of operations, so that no configuration in a file can ask for a graph without end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from pellucid.errors import FileFormatError

_left: ContextVar[list[int] | None] = ContextVar("operations", default=None)


@contextmanager
def budget_of(operations: int) -> Iterator[None]:
    """Within, at most so many operations are noted on symbolic tensors.

    >>> import pellucid as pl
    >>> with budget_of(2):
    ...     y = pl.Input((3,)) * 2 + 1
    """
    token = _left.set([operations, operations])
    try:
        yield
    finally:
        _left.reset(token)


def take(label: str, operations: int = 1) -> None:
    """Count operations.

    Raises:
        FileFormatError: the budget is used up.
    """
    left = _left.get()
    if left is None:
        return
    left[0] -= operations
    if left[0] < 0:
        raise FileFormatError(
            f"{label or 'the graph'}: more than {left[1]:,} operations, which is more than a file may ask for. If it is yours, "
            "make the model from its code, and use load_weights."
        )
