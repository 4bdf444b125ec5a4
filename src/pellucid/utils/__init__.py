"""Small helpers, by Keras' names."""

from pellucid.random.seed import set_seed as set_random_seed
from pellucid.utils.to_categorical import to_categorical

__all__ = ["set_random_seed", "to_categorical"]
