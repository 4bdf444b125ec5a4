"""The loop: the five steps of learning, epoch after epoch.

repeat until a stop criterion:              5
    for each batch of the epoch:
        forward, output, loss,              1, 2, 3     `training.step`
        gradient and update                 4           `training.trainer`
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.callbacks import CallbackList
from pellucid.engine.alarm import listening
from pellucid.training.sources import ArraySource, Before
from pellucid.training.stream_source import StreamSource
from pellucid.training.trainer import Trainer
from pellucid.training.when_asked import WhenAsked

Array = npt.NDArray[Any]
Source = ArraySource | StreamSource


@dataclass(frozen=True)
class Resume:
    """Where a training goes on.

    Args:
        epoch: the epoch that is running, or the next, from 0.
        steps: of it that are done; 0 where it has not begun.
        restore: puts all state back, and returns the logs of the epoch before.
    """

    epoch: int
    steps: int
    restore: Callable[[], dict[str, float]]


def fit(
    trainer: Trainer,
    source: Source,
    callbacks: CallbackList,
    *,
    epochs: int,
    initial_epoch: int,
    validation: Source | None,
    validation_frequency: int,
    resume: Resume | None = None,
) -> None:
    """Train until the last epoch, or until a callback sets ``model.stop_training``."""
    model: Any = trainer.model
    model.stop_training = False
    logs: dict[str, float] = {}
    done = 0
    with trainer.only_one("training"), listening():
        callbacks.call("set_training", trainer, source, validation)
        callbacks.call("on_train_begin", {})
        try:
            if resume is not None:
                initial_epoch, done = resume.epoch, resume.steps
                if done:
                    callbacks.call("on_epoch_begin", initial_epoch, {})
                logs = resume.restore()  # whatever the callbacks just did
            for epoch in range(initial_epoch, 0 if model.stop_training else epochs):
                trainer.epoch = epoch
                if not done:
                    callbacks.call("on_epoch_begin", epoch, {})
                logs = _train_epoch(trainer, source, callbacks, done)  # steps 1 to 4, batch by batch
                done = 0
                if validation is not None and (epoch + 1) % validation_frequency == 0:
                    results = evaluate(trainer, validation, callbacks)
                    logs |= {f"val_{name}": value for name, value in results.items()}
                callbacks.call("on_epoch_end", epoch, logs)
                if model.stop_training:  # step 5: the stop criterion
                    break
            trainer.end_training()
        finally:
            callbacks.call("on_train_end", logs)


def _train_epoch(trainer: Trainer, source: Source, callbacks: CallbackList, done: int) -> dict[str, float]:
    """One epoch, or what is left of it after ``done`` steps, a slice of steps at a time; its results."""
    model: Any = trainer.model
    wants_steps = callbacks.wants("on_steps", "on_train_batch_end")
    before = _announcing(callbacks, "train")
    if not done:
        trainer.begin_epoch()
    slices = source.train(trainer, before, done)
    while (reached := _next_slice(trainer, slices, callbacks, interruptible=before is None)) is not None:
        if wants_steps:
            so_far = WhenAsked(trainer.training_sums.results)
            callbacks.call("on_train_batch_end", reached - 1, so_far)
            callbacks.call("on_steps", reached - 1, so_far)
            if model.stop_training:
                break
    return trainer.training_sums.results()


def _next_slice(trainer: Trainer, slices: Iterator[int], callbacks: CallbackList, *, interruptible: bool) -> int | None:
    """Run a slice of steps; how many of the epoch are done, or None at its end.

    Ctrl-C between two steps is announced, where no callback looks at single batches: some of these might have seen the batch
    that it came in, and others not.
    """
    try:
        return next(slices, None)
    except KeyboardInterrupt:
        if interruptible and trainer.between_steps and trainer.optimizer is not None:
            callbacks.call("on_interrupt", trainer.optimizer.batches - trainer.epoch_began, {})
        raise


def evaluate(trainer: Trainer, source: Source, callbacks: CallbackList) -> dict[str, float]:
    """Loss and metrics over all samples of ``source``; nothing is learned from them."""
    before = _announcing(callbacks, "test")
    callbacks.call("on_test_begin", {})
    with trainer.lock, trainer.only_one("evaluation"), listening():  # another thread's data must not come between
        trainer.begin_evaluation()
        for done in source.evaluate(trainer, before):
            if before is not None:
                callbacks.call("on_test_batch_end", done - 1, trainer.other_sums.results())
        results = trainer.other_sums.results()
    callbacks.call("on_test_end", results)
    return results


def predict(trainer: Trainer, source: Source, callbacks: CallbackList) -> list[Array]:
    """The outputs for all samples, one array an output."""
    callbacks.call("on_predict_begin", {})
    whole: list[Array] = []
    parts: list[list[Array]] = []
    start = 0
    with trainer.lock, trainer.only_one("prediction"):  # another thread's data must not come between
        trainer.begin_prediction()
        for done, outputs in enumerate(source.predict(trainer, lambda n: callbacks.call("on_predict_batch_begin", n, {}))):
            if source.count is None:
                parts.append(outputs)
            else:
                if not whole:
                    whole = [np.empty((source.count, *y.shape[1:]), y.dtype) for y in outputs]
                for target, y in zip(whole, outputs, strict=True):
                    target[start : start + len(y)] = y
                start += len(outputs[0])
            callbacks.call("on_predict_batch_end", done, {})
    callbacks.call("on_predict_end", {})
    return whole or [np.concatenate(column) for column in zip(*parts, strict=True)]


def _announcing(callbacks: CallbackList, kind: str) -> Before | None:
    """What calls ``on_..._batch_begin``; None where no callback looks at single batches, so that many may run as one job."""
    moment = f"on_{kind}_batch_begin"
    if not callbacks.wants(moment, f"on_{kind}_batch_end"):
        return None
    return lambda number: callbacks.call(moment, number, {})


def as_logs(results: Mapping[str, float], names: list[str], as_dict: bool) -> Any:
    """Results as Keras returns them: a dictionary, or a list (``metrics_names``, then what layers added), or the one number."""
    if as_dict:
        return dict(results)
    first = [name for name in names if name in results]
    values = [results[name] for name in (*first, *(name for name in results if name not in first))]
    return values[0] if len(values) == 1 else values
