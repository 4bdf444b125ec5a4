"""Checkpoints: a folder of a run's states, from which it goes on after whatever stopped it."""

from pellucid.checkpoints.folder import CheckpointFolder, StoredCheckpoint
from pellucid.checkpoints.packing import pack, unpack

__all__ = ["CheckpointFolder", "StoredCheckpoint", "pack", "unpack"]
