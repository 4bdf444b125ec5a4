"""Regularizer: a penalty on a parameter's size, added to the loss."""

from __future__ import annotations

from abc import ABC, abstractmethod

from pellucid.autodiff import Tensor
from pellucid.configurable import Configurable


class Regularizer(Configurable, ABC):
    """Base of all penalties: called with a parameter, gives a number to add to the loss."""

    @abstractmethod
    def __call__(self, w: Tensor) -> Tensor:
        """The penalty, one number."""
