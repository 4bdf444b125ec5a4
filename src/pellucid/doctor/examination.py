"""examine: a model, its data and its history, looked at by every check."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.samples import Samples
from pellucid.doctor.case import Case
from pellucid.doctor.checks import CHECKS
from pellucid.doctor.duplicates import duplicates
from pellucid.doctor.finding import Finding, Report
from pellucid.doctor.measure import are_finite, rows_of
from pellucid.doctor.probe import Probe, probe
from pellucid.random.state import random_state_kept
from pellucid.training.sources import ArraySource
from pellucid.training.trainer import Trainer

Array = npt.NDArray[Any]

_ROWS = 1024  # of the data are looked at, evenly spaced: enough to tell shares to within 3 %;
_VALUES = 1 << 19  # fewer where a row has more than 512 values, as every result of the step is kept to look at;
_FEWEST = 32  # but so many in any case


def examine(
    model: Any,
    x: Any,
    y: Any,
    *,
    validation_data: Any = None,
    history: Mapping[str, Sequence[float]] | None = None,
    batch_size: int = 32,
) -> Report:
    """Look a trained model over: its data, its layers, the steps that it would make, and how its loss went.

    The model stays as it is. While one trains, `Doctor` does this by itself.

    Args:
        model: compiled.
        x, y: what it was trained on.
        validation_data: ``(x, y)`` that it was validated on.
        history: by name, one value an epoch; that of the last ``fit`` where None.
        batch_size: that it was trained with.

    >>> import numpy as np, pellucid as pl
    >>> x = np.random.default_rng(0).normal(size=(100, 2))
    >>> model = pl.Sequential([pl.layers.Dense(3, "relu", input_dim=2), pl.layers.Dense(1, "softmax")])
    >>> model.compile("adam", "binary_crossentropy")
    >>> report = examine(model, x, x[:, :1] > 0)
    >>> report.names[0]
    'softmax_of_one'
    """
    samples = model._samples(x, y, None)
    trainer = model._checked(samples)
    held = None if validation_data is None else model._samples(*validation_data[:2], None)
    last = {} if model.history is None else model.history.history
    return examined(trainer, samples, held, batch_size=batch_size, shuffled=True, history=last if history is None else history)


def examined_training(
    trainer: Trainer, source: Any, validation: Any, history: Mapping[str, Sequence[float]], sizes: Mapping[str, float], kept: Any
) -> Report:
    """The same for a training as ``fit`` has it: see `Callback.set_training`; ``kept`` is a batch of a stream, or None."""
    held = validation.samples if isinstance(validation, ArraySource) else None
    if isinstance(source, ArraySource):
        settings: dict[str, Any] = {"batch_size": source.batch_size, "shuffled": source.shuffle}
        return examined(trainer, source.samples, held, history=history, sizes=sizes, **settings)
    return examined(trainer, kept, held, history=history, sizes=sizes, batch_size=None, shuffled=True)


def examined(
    trainer: Trainer,
    samples: Samples | None,
    held: Samples | None,
    *,
    batch_size: int | None,
    shuffled: bool,
    history: Mapping[str, Sequence[float]],
    sizes: Mapping[str, float] | None = None,
) -> Report:
    """The report on a trainer's model and data; ``sizes``: of the weights as training began."""
    rows, held_rows = _some(samples), _some(held)
    skipped: dict[str, str] = {}
    measured = Probe()
    if rows is not None and are_finite(p.array for p in trainer.model.weights) and are_finite(rows.arrays):
        try:
            with random_state_kept():
                measured = probe(trainer.copy(), rows)
        except Exception as error:  # a model's own code may refuse to be copied or run in Python: the other checks go on
            skipped["probe"] = f"{type(error).__name__}: {error}"
    output = trainer.objective.outputs[0] if trainer.objective is not None and trainer.objective.outputs else None
    case = Case(
        None if rows is None else rows.inputs[0],
        None if rows is None or not rows.targets else rows.targets[0],
        measured,
        duplicates=None if samples is None or held is None else duplicates(samples, held),
        held_y=None if held_rows is None or not held_rows.targets else held_rows.targets[0],
        count=None if samples is None or batch_size is None else len(samples),
        batch_size=batch_size,
        shuffled=shuffled,
        loss=None if output is None else output.loss,
        alone=trainer.objective is not None and len(trainer.objective.outputs) == 1 and output is not None and output.weight == 1,
        metrics=[] if trainer.objective is None else [name for name, _ in trainer.objective.metrics()],
        optimizer=trainer.optimizer,
        history=history,
        sizes=sizes or {},
    )
    findings: list[Finding] = []
    for check in CHECKS:
        try:
            found = check(case)
        except Exception as error:  # one check that fails must not keep the others from being heard
            skipped[check.__name__] = f"{type(error).__name__}: {error}"
        else:
            findings += [] if found is None else [found]
    return Report(findings, _looked_at(case, trainer), skipped)


def _some(samples: Samples | None) -> Samples | None:
    """Rows evenly spaced over the data, in its order."""
    if samples is None or not len(samples):
        return None
    values = sum(int(np.prod(a.shape[1:])) for a in samples.inputs)
    count = min(len(samples), _ROWS, max(_FEWEST, _VALUES // max(values, 1)))
    return rows_of(samples, np.unique(np.linspace(0, len(samples) - 1, count, dtype=np.int64)))


def _looked_at(case: Case, trainer: Trainer) -> str:
    epochs = len(case.losses)
    samples = "a stream" if case.count is None else f"{case.count:,} samples"
    last = f", last loss {case.losses[-1]:.4g}" if epochs and math.isfinite(case.losses[-1]) else ""
    return f"{trainer.model.name}: {samples}, {epochs} epochs{last}"
