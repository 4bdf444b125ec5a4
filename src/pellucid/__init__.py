"""Pellucid: neural networks you can see through."""

from pellucid import ops
from pellucid.autodiff import Op, Tensor, tensor

__version__ = "0.1.0.dev0"
__all__ = ["Op", "Tensor", "ops", "tensor"]
