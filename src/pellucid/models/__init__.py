"""Models: layers in a row, or in a graph, with ``compile``, ``fit``, ``evaluate`` and ``predict``."""

from pellucid.models.cloning import clone_model
from pellucid.models.model import Model
from pellucid.models.saving import load_model
from pellucid.models.sequential import Sequential

__all__ = ["Model", "Sequential", "clone_model", "load_model"]
