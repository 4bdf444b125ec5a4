"""The loop: the five steps of learning, epoch after epoch.

repeat until a stop criterion:              5
    for each batch of the epoch:
        forward, output, loss,              1, 2, 3     `training.step`
        gradient and update                 4           `training.trainer`
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.callbacks import CallbackList
from pellucid.training.sources import ArraySource, StreamSource
from pellucid.training.trainer import Trainer

Array = npt.NDArray[Any]
Source = ArraySource | StreamSource


def fit(
    trainer: Trainer,
    source: Source,
    callbacks: CallbackList,
    *,
    epochs: int,
    initial_epoch: int,
    validation: Source | None,
    validation_frequency: int,
) -> None:
    """Train until the last epoch, or until a callback sets ``model.stop_training``."""
    model: Any = trainer.model
    one_by_one = callbacks.wants("on_train_batch_begin", "on_train_batch_end")
    wants_steps = callbacks.wants("on_steps", "on_train_batch_end")
    model.stop_training = False
    logs: dict[str, float] = {}
    callbacks.call("on_train_begin", {})
    try:
        for epoch in range(initial_epoch, epochs):
            callbacks.call("on_epoch_begin", epoch, {})
            trainer.begin_epoch()
            if one_by_one:
                callbacks.call("on_train_batch_begin", 0, {})
            for done in source.train(trainer, one_by_one):  # steps 1 to 4, a slice at a time
                if wants_steps:
                    so_far = trainer.training_sums.results()
                    callbacks.call("on_train_batch_end", done - 1, so_far)
                    callbacks.call("on_steps", done - 1, so_far)
                    if model.stop_training:
                        break
                    if one_by_one and done != source.steps:
                        callbacks.call("on_train_batch_begin", done, {})
            logs = trainer.training_sums.results()
            if validation is not None and (epoch + 1) % validation_frequency == 0:
                results = evaluate(trainer, validation, callbacks)
                logs |= {f"val_{name}": value for name, value in results.items()}
            callbacks.call("on_epoch_end", epoch, logs)
            if model.stop_training:  # step 5: the stop criterion
                break
    finally:
        callbacks.call("on_train_end", logs)


def evaluate(trainer: Trainer, source: Source, callbacks: CallbackList) -> dict[str, float]:
    """Loss and metrics over all samples of ``source``; nothing is learned from them."""
    one_by_one = callbacks.wants("on_test_batch_begin", "on_test_batch_end")
    callbacks.call("on_test_begin", {})
    with trainer.lock:  # another thread's data must not come between
        trainer.begin_evaluation()
        if one_by_one:
            callbacks.call("on_test_batch_begin", 0, {})
        for done in source.evaluate(trainer, one_by_one):
            if one_by_one:
                callbacks.call("on_test_batch_end", done - 1, trainer.other_sums.results())
                if done != source.steps:
                    callbacks.call("on_test_batch_begin", done, {})
        results = trainer.other_sums.results()
    callbacks.call("on_test_end", results)
    return results


def predict(trainer: Trainer, source: Source, callbacks: CallbackList) -> list[Array]:
    """The outputs for all samples, one array an output."""
    callbacks.call("on_predict_begin", {})
    whole: list[Array] = []
    parts: list[list[Array]] = []
    start = 0
    with trainer.lock:  # another thread's data must not come between
        trainer.begin_evaluation()
        callbacks.call("on_predict_batch_begin", 0, {})
        for done, outputs in enumerate(source.predict(trainer), start=1):
            if source.count is None:
                parts.append(outputs)
            else:
                if not whole:
                    whole = [np.empty((source.count, *y.shape[1:]), y.dtype) for y in outputs]
                for target, y in zip(whole, outputs, strict=True):
                    target[start : start + len(y)] = y
                start += len(outputs[0])
            callbacks.call("on_predict_batch_end", done - 1, {})
            if done != source.steps:
                callbacks.call("on_predict_batch_begin", done, {})
    callbacks.call("on_predict_end", {})
    return whole or [np.concatenate(column) for column in zip(*parts, strict=True)]


def as_logs(results: Mapping[str, float], names: list[str], as_dict: bool) -> Any:
    """Results as Keras returns them: a dictionary, or a list in the order of ``metrics_names``, or the one number."""
    if as_dict:
        return dict(results)
    values = [results[name] for name in names if name in results]
    return values[0] if len(values) == 1 else values
