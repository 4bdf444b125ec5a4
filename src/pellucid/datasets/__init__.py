"""Data sets with Keras' ``load_data()``: ``digits`` (in scikit-learn, no download), ``mnist`` and ``fashion_mnist``; texts that
are there anyway, and sequences that are made up."""

from typing import TYPE_CHECKING

from pellucid.datasets import digits, fashion_mnist, mnist, sequence_tasks, texts
from pellucid.lazy import lazily

if TYPE_CHECKING:
    from pellucid.datasets.idx import read_idx

__all__ = ["digits", "fashion_mnist", "mnist", "read_idx", "sequence_tasks", "texts"]

lazily(__name__)
