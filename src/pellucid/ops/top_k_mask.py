"""Which scores are among the k greatest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pellucid.autodiff import Op, Spec, Tensor, as_tensor
from pellucid.errors import ArgumentError


@dataclass(frozen=True)
class TopKMask(Op):
    """1 where a score is one of the ``k`` greatest of its vector, else 0; of equal scores the first count. No derivative.

    Shapes: scores (..., C) -> (..., C). All where C <= k.
    """

    k: int

    stops_gradient = True

    def infer(self, scores: Spec) -> Spec:
        if scores.ndim < 1 or not scores.is_float:
            raise ArgumentError(f"scores must be floats with a last axis to compare along. Received {scores}.")
        return scores

    def forward(self, xp: Any, scores: Any) -> Any:
        places = xp.argsort(-scores, axis=-1, kind="stable")[..., : self.k]
        y = xp.zeros_like(scores)
        xp.put_along_axis(y, places, 1, axis=-1)
        return y


def top_k_mask(scores: Any, k: int) -> Tensor:
    """1 where a score is one of the ``k`` greatest along the last axis, else 0.

    Raises:
        ArgumentError: ``k`` is below 1.

    >>> import pellucid as pl
    >>> pl.ops.top_k_mask([[0.1, 0.5, 0.4]], 2).numpy()
    array([[0., 1., 1.]], dtype=float32)
    """
    if k < 1:
        raise ArgumentError(f"top_k_mask: k must be at least 1. Received {k}.")
    return TopKMask(int(k))(as_tensor(scores))
