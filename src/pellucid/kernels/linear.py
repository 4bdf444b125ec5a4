"""Dense layers: product, bias and activation in one pass; the three products of its derivative."""

from __future__ import annotations

from pellucid.kernels.base import OK, arguments_at, kernel, share
from pellucid.kernels.blas import sgemm


@kernel
def forward(arguments, rank, ranks):  # type: ignore[no-untyped-def]
    """y = x @ w. batch, inputs, outputs; x ROWS, w, y ROWS."""
    batch, inputs, outputs, x, w, y = arguments_at(arguments, 6)
    low, high = share(batch, rank, ranks)
    sgemm(False, False, high - low, outputs, inputs, 1.0, x + 4 * low * inputs, inputs, w, outputs, 0.0, y + 4 * low * outputs, outputs)
    return OK
