"""Data sets with Keras' ``load_data()``: ``digits`` (in scikit-learn, no download), ``mnist`` and ``fashion_mnist``."""

from pellucid.datasets import digits, fashion_mnist, mnist
from pellucid.datasets.idx import read_idx

__all__ = ["digits", "fashion_mnist", "mnist", "read_idx"]
