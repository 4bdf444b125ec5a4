"""TrainingRun: one run of ``pellucid train``, from divided data to results."""

from __future__ import annotations

import contextlib
import os
import platform
import shlex
import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from rich.markup import escape

import pellucid
from pellucid import callbacks, losses, networks, optimizers
from pellucid.cli.console import results_table, table
from pellucid.cli.data_source import Data
from pellucid.data.splits import Part
from pellucid.data.tables import Problem
from pellucid.engine.team import num_threads, set_num_threads
from pellucid.utils import set_random_seed, to_categorical

if TYPE_CHECKING:
    from rich.console import Console

    from pellucid.cli.run_folder import RunFolder

_REGRESSION_LOSSES = (losses.MeanSquaredError,)


@dataclass(frozen=True)
class Defaults:
    """What suits the data where options are not given."""

    model: str
    epochs: int
    batch_size: int
    loss: str


@dataclass(frozen=True)
class Settings:
    """What a run was asked for; goes into its record."""

    data: str
    target: str | None
    model: str
    epochs: int
    batch_size: int
    optimizer: str
    learning_rate: float | None
    loss: str
    seed: int
    validation_split: float
    early_stopping: bool
    patience: int
    threads: int | None


def defaults_for(data: Data) -> Defaults:
    """Small data is gone through more often, in smaller batches."""
    loss = "sparse_categorical_crossentropy" if data.problem == "classification" else "mse"
    if len(data.given) >= 20_000:
        return Defaults("mlp:100,100,100,100", epochs=10, batch_size=128, loss=loss)
    if len(data.sample_shape) > 1:  # chosen for the digits by cross-validation on their training set (98.3 %)
        return Defaults("mlp:512,256", epochs=20, batch_size=64, loss=loss)
    return Defaults("mlp:100,100", epochs=40, batch_size=32, loss=loss)


def problem_of(loss: str | None) -> Problem | None:
    """The problem that a loss given by name settles for a table's whole numbers: mse fits numbers, entropies labels."""
    if loss is None:
        return None
    return "regression" if isinstance(losses.get(loss), _REGRESSION_LOSSES) else "classification"


class TrainingRun:
    """Builds, trains and judges one model.

    Args:
        data: what to learn from.
        settings: how.
        screen: where to tell of it.

    Raises:
        ArgumentError: a name is not known or a value breaks its rule; nothing has been trained or written then.
        DataError: the data is too little to be divided.
    """

    def __init__(self, data: Data, settings: Settings, screen: Console) -> None:
        self.data = data
        self.screen = screen
        self.parts = data.divided(settings.validation_split, settings.seed)
        self.interrupted = False
        self.results: dict[str, dict[str, float]] = {}
        self.seconds = 0.0
        self.begun = datetime.now(UTC)
        self._history = callbacks.History()
        if settings.threads is not None:
            set_num_threads(settings.threads)
        set_random_seed(settings.seed)
        config = {} if settings.learning_rate is None else {"learning_rate": settings.learning_rate}
        self.optimizer = optimizers.get({"class_name": settings.optimizer, "config": config})
        self.settings = replace(settings, learning_rate=float(self.optimizer.learning_rate))
        self.model = networks.build(
            settings.model,
            data.sample_shape,
            data.outputs,
            data.problem,
            preprocessing=networks.preprocessing(self.parts.train.x),
        )
        self.model.compile(
            optimizer=self.optimizer, loss=settings.loss, metrics=["accuracy"] if data.problem == "classification" else []
        )

    def train(self) -> None:
        """Train until the epochs are over, early stopping sees no more progress, or Ctrl-C; then judge by every set."""
        self._announce()
        fit: dict[str, Any] = {}
        if self.parts.validation is not None:
            fit["validation_data"] = (self.parts.validation.x, self._targets(self.parts.validation))
        watching: list[callbacks.Callback] = [self._history]
        if self.settings.early_stopping:
            monitor = "val_loss" if self.parts.validation is not None else "loss"
            watching.append(callbacks.EarlyStopping(monitor, patience=self.settings.patience, restore_best_weights=True))
        started = time.perf_counter()
        try:
            self.model.fit(
                self.parts.train.x,
                self._targets(self.parts.train),
                batch_size=self.settings.batch_size,
                epochs=self.settings.epochs,
                callbacks=watching,
                verbose=0 if self.screen.quiet else "auto",
                **fit,
            )
        except KeyboardInterrupt:
            self.interrupted = True
        self.seconds = time.perf_counter() - started
        with contextlib.suppress(KeyboardInterrupt):  # what was trained is written in any case
            for name, part, _ in self.parts.items():
                self.results[name] = evaluate(self.model, part.x, self._targets(part))
            return
        self.interrupted = True

    def write(self, folder: RunFolder) -> None:
        """Write the run and say where it is, how it went, and what to try next."""
        done, asked = len(self._history.epoch), self.settings.epochs
        title = f"{self.settings.model} on {self.data.name}"
        folder.write(self.model, self._history.history, self._record(), title)
        say = self.screen.print
        if self.interrupted:
            say(f"\nInterrupted after {done} of {asked} epochs; what was learned until then is kept.")
        elif done < asked:
            say(f"\nStopped early after {done} of {asked} epochs: the loss no longer fell. The best weights are kept.")
        if self.results:
            say(f"\nResults after {self.seconds:.1f} s of training")
            say(results_table(self.results))
        if not all(np.isfinite(value) for values in self.results.values() for value in values.values()):
            say("\nA result is not a number: training diverged. Try a smaller --learning-rate.")
        curves = ", curves.png" if any(self._history.history.values()) else ""
        say(f"\nWritten to {folder.path}: model.safetensors, history.json, history.csv, run.json{curves}", markup=False)
        say("\nWhat to try next")
        data, run = shlex.quote(self.settings.data), shlex.quote(str(folder.path))
        target = "" if self.settings.target is None else f" --target {shlex.quote(self.settings.target)}"
        for command, what in (
            (f"pellucid summary {run}", "the network, layer by layer"),
            (f"pellucid predict {run} {data}", "its answers, as a table"),
            (f"pellucid train {data}{target} --model mlp:30 --early-stopping", "a smaller network that stops by itself"),
        ):
            say(f"  {escape(command)}\n      [dim]{what}[/dim]")

    def _announce(self) -> None:
        say = self.screen.print
        shape = " x ".join(map(str, self.data.sample_shape))
        goal = f"{self.data.outputs} classes" if self.data.problem == "classification" else "one number"
        say(f"[bold]{self.settings.model}[/bold] on [bold]{escape(self.data.name)}[/bold]: samples of {shape}, {goal}")
        sets = table("", "samples", "use")
        sets.columns[2].justify = "left"
        for name, part, use in self.parts.items():
            sets.add_row(name, f"{len(part):,}", use)
        say(sets)
        settings = self.settings
        say(
            f"{self.model.count_params():,} parameters, {settings.optimizer} with learning rate {settings.learning_rate:g}, "
            f"batches of {settings.batch_size}, at most {settings.epochs} epochs, seed {settings.seed}, {num_threads()} threads"
        )
        say()

    def _targets(self, part: Part) -> npt.NDArray[Any]:
        return targets(part.y, self.settings.loss, self.data)

    def _record(self) -> dict[str, Any]:
        return {
            "pellucid": pellucid.__version__,
            "begun": self.begun.isoformat(timespec="seconds"),
            "seconds": round(self.seconds, 3),
            "interrupted": self.interrupted,
            "epochs_done": len(self._history.epoch),
            "settings": asdict(self.settings),
            "data": {
                "name": self.data.name,
                "fingerprint": self.data.fingerprint(),
                "problem": self.data.problem,
                "sample_shape": self.data.sample_shape,
                "label_names": self.data.label_names,
                "feature_names": self.data.feature_names,
                "samples": {name: len(part) for name, part, _ in self.parts.items()},
            },
            "results": self.results,
            "versions": {
                "python": platform.python_version(),
                **{package: version(package) for package in ("numpy", "scipy", "numba")},
            },
            "machine": {"system": platform.platform(), "processors": os.cpu_count(), "threads": num_threads()},
        }


def targets(y: npt.NDArray[Any], loss: str, data: Data) -> npt.NDArray[Any]:
    """What the loss compares with: labels as they are for the sparse cross-entropy, as rows of 0 and 1 for the others."""
    if data.problem == "regression" or isinstance(losses.get(loss), losses.SparseCategoricalCrossentropy):
        return y
    return to_categorical(y, data.outputs)


def evaluate(model: Any, x: npt.NDArray[Any], y: npt.NDArray[Any]) -> dict[str, float]:
    """The model's loss and metrics on these samples, by name."""
    return {name: float(value) for name, value in model.evaluate(x, y, verbose=0, return_dict=True).items()}
