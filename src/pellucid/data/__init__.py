"""Data on its way to training: tables, texts, sequences, splits."""

from typing import TYPE_CHECKING

from pellucid.lazy import lazily

if TYPE_CHECKING:
    from pellucid.data.archives import read_npz
    from pellucid.data.sequences import Buckets, padded, windows
    from pellucid.data.splits import split
    from pellucid.data.tables import read_table
    from pellucid.data.vocabulary import Vocabulary

__all__ = ["Buckets", "Vocabulary", "padded", "read_npz", "read_table", "split", "windows"]

lazily(__name__)
