"""Learning curves: loss and metrics over the epochs, of training and validation set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.atomic import replacing
from pellucid.errors import ArgumentError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Blue and vermilion of Okabe and Ito (2008), told apart by all common forms of colour blindness; and by line and marker.
_TRAINING: dict[str, Any] = {"color": "#0072B2", "linestyle": "-", "marker": "o", "label": "training"}
_VALIDATION: dict[str, Any] = {"color": "#D55E00", "linestyle": "--", "marker": "s", "label": "validation"}
_MOST_MARKERS = 12
_ENDINGS = (".png", ".svg")


def draw_history(history: Mapping[str, Sequence[float]], title: str = "") -> Figure:
    """One panel for the loss and one for each metric, each with its curve of the training and of the validation set.

    Args:
        history: values an epoch by name, as ``History.history`` has them; ``val_NAME`` belongs to NAME.
        title: stands above the panels.

    The epoch with the lowest validation loss is marked in all panels: that is where early stopping finds the best weights.

    Raises:
        ArgumentError: the history has no epoch.
    """
    from matplotlib.figure import Figure

    names = [name for name in history if not name.startswith("val_") and _is_metric(name)]
    names.sort(key=lambda name: name != "loss")  # the loss first, else as given
    if not any(len(history[name]) for name in names):
        raise ArgumentError("draw_history: the history has no epoch to draw. Train for one epoch at least.")
    figure = Figure(figsize=(4.8 * len(names) + 0.6, 3.9), layout="constrained", facecolor="white")
    best = _best_epoch(history)
    for axes, name in zip(np.atleast_1d(figure.subplots(1, len(names))), names, strict=True):
        _draw(axes, name, history[name], history.get(f"val_{name}", ()), best)
    if title:
        figure.suptitle(title, fontsize=12, fontweight="bold")
    return figure


def save_history(history: Mapping[str, Sequence[float]], path: str | Path, title: str = "") -> None:
    """``draw_history`` into a file, .png or .svg.

    Raises:
        ArgumentError: another ending, or no epoch in the history.
    """
    path = Path(path)
    if path.suffix.lower() not in _ENDINGS:
        raise ArgumentError(f"save_history: the file must end in {' or '.join(_ENDINGS)}. Received {path.name!r}.")
    # No date in it: the same history gives the same picture.
    metadata = {"Date": None} if path.suffix.lower() == ".svg" else {"Software": None}
    with replacing(path) as file:
        draw_history(history, title).savefig(file, format=path.suffix[1:].lower(), dpi=130, metadata=metadata)


def _is_metric(name: str) -> bool:
    return name not in ("learning_rate", "lr", "time", "seconds")


def _best_epoch(history: Mapping[str, Sequence[float]]) -> int | None:
    losses = np.asarray(history.get("val_loss", ()), float)
    return int(np.nanargmin(losses)) + 1 if np.isfinite(losses).any() else None


def _draw(axes: Axes, name: str, training: Sequence[float], validation: Sequence[float], best: int | None) -> None:
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    ends = []
    for values, style in ((training, _TRAINING), (validation, _VALIDATION)):
        if len(values):
            every = -(-len(values) // _MOST_MARKERS)
            axes.plot(np.arange(1, len(values) + 1), values, linewidth=1.8, markersize=4, markevery=every, **style)
            ends.append(values)
    if best is not None:
        axes.axvline(best, color="#555555", linewidth=1, linestyle=":", zorder=0, label=f"lowest validation loss (epoch {best})")
    axes.set_title(name.replace("_", " "), fontsize=11)
    axes.set_xlabel("epoch")
    axes.set_xlim(0.5, max(len(values) for values in ends) + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    if "accuracy" in name:
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    elif not any(value < 0 for values in ends for value in values):
        axes.set_ylim(bottom=0)
    axes.grid(True, color="#DDDDDD", linewidth=0.7)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.legend(frameon=False, fontsize=9)
