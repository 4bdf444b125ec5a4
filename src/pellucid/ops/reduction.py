"""What reductions have in common: the axes that go, and whether they stay as axes of length 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pellucid.autodiff import Op, Spec
from pellucid.errors import ShapeError
from pellucid.ops.shapes import count, kept, reduced


@dataclass(frozen=True)
class Reduction(Op):
    """An operation that makes one element of all those along ``axes`` (of the whole array for None)."""

    axes: tuple[int, ...] | None = None
    keepdims: bool = False

    def infer(self, x: Spec) -> Spec:
        return x.with_shape(reduced(x.shape, self.axes, self.keepdims))

    def standing(self, reduced_array: Any, x_spec: Spec) -> Any:
        """A reduced array with the reduced axes as axes of length 1, so that it broadcasts against the input."""
        return reduced_array.reshape(kept(x_spec.shape, self.axes))

    def refuse_empty(self, x: Spec) -> None:
        if count(x, self.axes) == 0:
            raise ShapeError(f"there is no such thing of no elements. Received {x}, reduced over axes {self.axes}.")
