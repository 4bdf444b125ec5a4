"""What losses between two arrays of one shape have in common, reduced over the last axis."""

from __future__ import annotations

from collections.abc import Sequence

from pellucid.autodiff import Op, Spec, promote
from pellucid.errors import ArgumentError, ShapeError
from pellucid.kernels.call import Access, Buffer, Call, Share, all_float32, reads, writes
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.binding import vectors


class MeanOverLastAxis(Op):
    """An error of each pair of elements of two arrays of one shape; mean over the last axis: (..., n) -> (...)."""

    def infer(self, first: Spec, second: Spec) -> Spec:
        a, b = self.parameters
        if first.shape != second.shape or first.ndim < 1 or first.shape[-1] == 0:
            raise ShapeError(
                f"{a} and {b} must have one shape, with a last axis to take the mean over. Received {a} {first} and {b} {second}."
            )
        if not (first.is_float and second.is_float):
            raise ArgumentError(f"{a} and {b} must be floats. Received {a} {first} and {b} {second}.")
        return Spec(first.shape[:-1], promote(first.dtype, second.dtype))

    accumulates = True

    def _bind_forward(self, kernel: str, inputs: Sequence[Buffer], y: Buffer) -> Sequence[Call] | None:
        first, second = inputs
        if not _is_served(first, second, y):
            return None
        return [Call(kernel, *vectors(first), *_by_rows(first, second), writes(y))]

    def _bind_backward(
        self, kernel: str, grad: Buffer, inputs: Sequence[Buffer], target: Buffer, add: bool
    ) -> Sequence[Call] | None:
        first, second = inputs
        if not _is_served(first, second, grad, target):
            return None
        return [Call(kernel, *vectors(first), add, *_by_rows(grad, first, second), gradient_into(target, add))]


def _is_served(first: Buffer, *others: Buffer) -> bool:
    return len(first.shape) > 1 and all_float32(first, *others)


def _by_rows(*buffers: Buffer) -> list[Access]:
    return [reads(b, Share.ROWS) for b in buffers]
