"""Two who would set the learning rate."""

from __future__ import annotations

from typing import Any

from pellucid.errors import ArgumentError


def refuse_schedule(owner: str, optimizer: Any) -> None:
    """A callback that assigns the learning rate would put an end to the optimizer's schedule.

    Raises:
        ArgumentError: the optimizer has one.
    """
    if optimizer.is_scheduled:
        raise ArgumentError(
            f"{owner}: the optimizer's learning_rate must be a number, to be changed. Received the schedule "
            f"{optimizer.get_config()['learning_rate']['class_name']}. Use one or the other."
        )
