"""LambdaCallback: plain functions as a callback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.callbacks.callback import Callback
from pellucid.errors import unknown_name

_MOMENTS = sorted(name for name in vars(Callback) if name.startswith("on_"))


class LambdaCallback(Callback):
    """Calls the functions given for its moments: ``LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch))``.

    Args:
        functions: by the name of the moment: ``on_train_begin``, ``on_epoch_end``, ``on_train_batch_end``, ...

    Raises:
        ArgumentError: a moment is not known.
    """

    def __init__(self, **functions: Callable[..., Any] | None) -> None:
        for moment, function in functions.items():
            if moment not in _MOMENTS:
                raise unknown_name("LambdaCallback", moment, _MOMENTS)
            if function is not None:
                setattr(self, moment, function)
