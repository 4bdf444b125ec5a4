"""Pictures of what training did, drawn without a screen and without matplotlib's global state."""

from pellucid.figures.history import draw_history, save_history

__all__ = ["draw_history", "save_history"]
