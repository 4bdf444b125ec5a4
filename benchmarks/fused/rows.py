"""All rows, and the kernels that need none."""

from __future__ import annotations

from benchmarks.fused import batches, elementwise, images, layers, losses, sequences, updates
from benchmarks.fused.row import Row

EXCEPTIONS: dict[str, str] = {
    "arrays.nothing": "stands for gated entries in steps that end without an update; does nothing",
}
"""Kernels that no row shows, with the reason."""


def all_rows() -> dict[str, list[Row]]:
    """Rows by the headings of their tables."""
    return {
        "Elementwise operations": elementwise.rows(),
        "Layers": layers.rows(),
        "Images": images.rows(),
        "Sequences": sequences.rows(),
        "Losses, metrics, penalties": losses.rows(),
        "Updates": updates.rows(),
        "Batches and rates": batches.rows(),
    }
