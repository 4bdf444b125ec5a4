"""A user's function as a penalty."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.autodiff import Tensor, as_tensor
from pellucid.regularizers.regularizer import Regularizer


class FunctionRegularizer(Regularizer):
    """The penalty that a plain function of the parameter gives, one number composed of operations.

    >>> import pellucid as pl
    >>> layer = pl.layers.Dense(2, kernel_regularizer=lambda w: 0.1 * pl.ops.sum(w * w), kernel_initializer="ones")
    >>> y = layer([[1.0, 2.0]])
    >>> round(layer.losses[0].item(), 6)
    0.4
    """

    def __init__(self, function: Callable[[Tensor], Any]) -> None:
        self.function = function

    def __call__(self, w: Tensor) -> Tensor:
        return as_tensor(self.function(w))

    def get_config(self) -> dict[str, Any]:
        raise NotImplementedError(
            f"The regularizer {self._function_name!r} is a plain function, which a file cannot hold. Write a subclass of "
            "pellucid.regularizers.Regularizer and make it known with pellucid.regularizers.register()."
        )

    @property
    def _function_name(self) -> str:
        return str(getattr(self.function, "__name__", type(self.function).__name__))

    def __repr__(self) -> str:
        return f"FunctionRegularizer({self._function_name})"
