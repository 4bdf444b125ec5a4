"""Data on its way to training: tables, splits, batches."""

from pellucid.data.archives import read_npz
from pellucid.data.splits import split
from pellucid.data.tables import read_table

__all__ = ["read_npz", "read_table", "split"]
