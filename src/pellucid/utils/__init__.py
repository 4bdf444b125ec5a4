"""Small helpers: one-hot targets, sequences of one length, the seed, the number of threads."""

from pellucid.engine.team import set_num_threads
from pellucid.random.seed import set_seed as set_random_seed
from pellucid.utils.pad_sequences import pad_sequences
from pellucid.utils.to_categorical import to_categorical

__all__ = ["pad_sequences", "set_num_threads", "set_random_seed", "to_categorical"]
