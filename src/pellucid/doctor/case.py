"""Case: all that the checks look at, measured once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid import losses
from pellucid.doctor.duplicates import Duplicates
from pellucid.doctor.measure import rms
from pellucid.doctor.probe import Probe

Array = npt.NDArray[Any]

_CATEGORICAL = (
    losses.SparseCategoricalCrossentropy,
    losses.CategoricalCrossentropy,
    losses.CategoricalFocalCrossentropy,
)
_BINARY = (losses.BinaryCrossentropy, losses.BinaryFocalCrossentropy)
_SQUARES = (losses.MeanSquaredError,)
_MEANS = ("sum_over_batch_size", "mean", "mean_with_sample_weight")


@dataclass(frozen=True)
class Case:
    """A training, as far as it can be looked at.

    Args:
        x, y: some rows of the first input and target, in the order of the data; None where there are none.
        held_y: likewise of what is validated on.
        duplicates: rows of it that are in the training set, too; None where that is not known.
        count: samples in an epoch; None where batches come from a stream.
        batch_size: None where batches come from a stream.
        shuffled: whether epochs take the samples in another order.
        loss: of the first output.
        alone: whether it is all that is descended on, as it is: one output, of weight 1.
        metrics: names of the compiled ones.
        optimizer: with its present learning rate.
        history: by name, one value an epoch.
        probe: what the model does as it stands.
        sizes: root mean squares of the weights as training began, by name; empty where they are not known.
    """

    x: Array | None
    y: Array | None
    probe: Probe
    duplicates: Duplicates | None = None
    held_y: Array | None = None
    count: int | None = None
    batch_size: int | None = None
    shuffled: bool = True
    loss: Any = None
    alone: bool = True
    metrics: Sequence[str] = ()
    optimizer: Any = None
    history: Mapping[str, Sequence[float]] = field(default_factory=dict)
    sizes: Mapping[str, float] = field(default_factory=dict)

    @property
    def losses(self) -> list[float]:
        """The training loss by epoch."""
        return [float(v) for v in self.history.get("loss", ())]

    @property
    def held_losses(self) -> list[float]:
        """The validation loss by epoch."""
        return [float(v) for v in self.history.get("val_loss", ())]

    @property
    def kind(self) -> str:
        """What the loss is for: "categorical", "binary", "numbers"."""
        if isinstance(self.loss, _CATEGORICAL):
            return "categorical"
        return "binary" if isinstance(self.loss, _BINARY) else "numbers"

    @cached_property
    def labels(self) -> Array | None:
        """The class of each row of ``y``, an integer; None where targets are not classes."""
        return self.labels_of(self.y)

    @cached_property
    def held_labels(self) -> Array | None:
        """Likewise of ``held_y``."""
        return self.labels_of(self.held_y)

    def labels_of(self, y: Array | None) -> Array | None:
        """Targets as numbers of classes, where the loss takes them so, or one-hot rows."""
        if y is None or not len(y) or self.kind == "numbers":
            return None
        if self.kind == "binary":
            return np.rint(y.reshape(-1)).astype(np.int64) if y.size == len(y) else None
        if isinstance(self.loss, losses.SparseCategoricalCrossentropy):
            return y.reshape(-1).astype(np.int64) if y.size == len(y) else None
        return y.argmax(axis=-1) if y.ndim == 2 and y.shape[-1] > 1 else None

    @property
    def classes(self) -> int:
        """How many the model's output has."""
        outputs = self.probe.outputs
        if self.kind == "binary":
            return 2
        return int(outputs[0].shape[-1]) if outputs and outputs[0].ndim > 1 else 0

    @cached_property
    def predicted(self) -> Array | None:
        """The class that the model takes each row of ``y`` for, of those that were probed."""
        if self.labels is None or not self.probe.outputs:
            return None
        scores = self.probe.outputs[0]
        if self.kind == "categorical":
            return scores.argmax(axis=-1) if scores.ndim == 2 else None
        border = 0.0 if self.loss.from_logits else 0.5
        return (scores.reshape(-1) > border).astype(np.int64) if scores.size == len(scores) else None

    @cached_property
    def baseline(self) -> float | None:
        """The loss of the best constant answer: what a model that looks at nothing can reach; None where it is not known."""
        y = self.y
        if y is None or not len(y) or not self.alone or getattr(self.loss, "reduction", None) not in _MEANS:
            return None
        labels = y.reshape(-1) if isinstance(self.loss, losses.SparseCategoricalCrossentropy) else self.labels
        if labels is not None:
            if getattr(self.loss, "label_smoothing", 0) or "Focal" in type(self.loss).__name__:
                return None
            shares = np.unique(labels, return_counts=True)[1] / len(labels)
            return float(-(shares * np.log(shares)).sum())
        values = y.astype(np.float64).reshape(len(y), -1)
        if isinstance(self.loss, _SQUARES):
            return float(values.var(axis=0).mean())
        if isinstance(self.loss, losses.MeanAbsoluteError):
            return float(np.abs(values - np.median(values, axis=0)).mean())
        return None

    @cached_property
    def reached(self) -> float | None:
        """The loss that the model reached, as a share of the best constant answer's: 1 is nothing learned, 0 all."""
        now = self.probe.loss
        if now is None or not self.baseline:
            return None
        return now / self.baseline if math.isfinite(now) else math.inf

    @property
    def learned(self) -> bool:
        """Whether the model does clearly better than the best constant answer, so that symptoms are none."""
        if self.reached is not None:
            return self.reached < 0.7
        values = [v for v in self.losses if math.isfinite(v)]
        return len(values) > 1 and values[-1] < 0.7 * values[0]

    @property
    def growth(self) -> float:
        """The size of the kernel that grew most by what it was at first; 0 where that is not known, or was 0."""
        known = [(rms(k.values), self.sizes.get(k.name, 0.0)) for k in self.probe.kernels]
        return max((now / then for now, then in known if then > 1e-3), default=0.0)

    @property
    def trained(self) -> bool:
        """Whether there was enough training to judge by: three epochs and fifty steps."""
        if self.count is None or self.batch_size is None:
            return len(self.losses) >= 3
        return len(self.losses) >= 3 and len(self.losses) * -(-self.count // self.batch_size) >= 50
