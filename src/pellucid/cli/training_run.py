"""TrainingRun: one run of ``pellucid train``, from divided data to results."""

from __future__ import annotations

import contextlib
import shlex
from collections import Counter
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.markup import escape

import pellucid
from pellucid import callbacks, networks, optimizers
from pellucid.cli.console import results_table, table
from pellucid.cli.data_source import Data
from pellucid.cli.preparation import Preparation
from pellucid.cli.report import Report, guess, scores
from pellucid.cli.stopwatch import Stopwatch
from pellucid.engine.team import num_threads, set_num_threads
from pellucid.errors import unknown_name
from pellucid.runs import surroundings
from pellucid.utils import set_random_seed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from pellucid.cli.run_folder import RunFolder

_IMBALANCED = 3  # the largest class by the smallest, from which on it is spoken of
_MOST_CLASSES_LISTED = 8
_LEARN_SLOWLY = ("rnn", "lstm", "gru", "transformer")  # on the digits an LSTM needs 40 epochs at three times the usual rate
_PLURALS = {"number": "numbers", "boolean": "booleans", "date": "dates", "moment": "moments", "category": "categories"}


@dataclass(frozen=True)
class Defaults:
    """What suits the data where options are not given."""

    model: str
    epochs: int
    batch_size: int
    loss: str
    patience: int | None = None
    validation_split: float = 0.1
    learning_rate: float | None = None  # for Adam; its own where absent


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
    category: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    balance: bool = False
    weight_decay: float | None = None
    schedule: str | None = None
    augment: str | None = None


def defaults_for(data: Data, model: str | None = None) -> Defaults:
    """Small data is gone through more often, in smaller batches; of a table that is learned by heart soon, to the best epoch.

    A ``model`` that was asked for may need more epochs than the one that suits the data.
    """
    loss = "sparse_categorical_crossentropy" if data.problem == "classification" else "mse"
    if len(data.given) >= 20_000:
        return Defaults("mlp:100,100,100,100", epochs=10, batch_size=128, loss=loss)
    if len(data.sample_shape) > 1:  # chosen for the digits by cross-validation on their training set (98.3 %)
        slow = model is not None and model.strip().lower().startswith(_LEARN_SLOWLY)
        if slow:
            return Defaults("lstm:128", epochs=40, batch_size=64, loss=loss, learning_rate=0.003)
        return Defaults("mlp:512,256", epochs=20, batch_size=64, loss=loss)
    if data.columns:
        few = len(data.given) < 2000
        model = "mlp:64" if few else "mlp:100,100"
        return Defaults(model, epochs=200, batch_size=32, loss=loss, patience=20, validation_split=0.2 if few else 0.1)
    return Defaults("mlp:100,100", epochs=40, batch_size=32, loss=loss)


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
        split = data.divided(settings.validation_split, settings.seed)
        self.preparation = Preparation.fit(data, split.train, settings.loss, keep=settings.category)
        table = self.preparation.table
        self.data = data if table is None else data.only(table.columns)
        self.screen = screen
        divided = split if table is None else self.data.divided(settings.validation_split, settings.seed)
        self.parts = self.preparation.prepared(divided)
        self._begin(settings)
        self._schedule(len(self.parts.train))
        self.model = networks.build(
            settings.model,
            self.parts.train.x.shape[1:],
            data.outputs,
            data.problem,
            preprocessing=networks.preprocessing(self.parts.train.x) if table is None else None,
            augment=settings.augment,
        )
        self.model.preprocessing, self.model.label_names = self.preparation.to_json(), list(data.label_names)
        self.model.compile(
            optimizer=self.optimizer, loss=settings.loss, metrics=["accuracy"] if data.problem == "classification" else []
        )

    def _begin(self, settings: Settings) -> None:
        """What no run does without: seed, threads, optimizer, and places for what comes out."""
        self.interrupted = False
        self.results: dict[str, dict[str, float]] = {}
        self.report: Report | None = None
        self.seconds = 0.0
        self.begun = datetime.now(UTC)
        self._history = callbacks.History()
        self._stopping: callbacks.EarlyStopping | None = None
        if settings.threads is not None:
            set_num_threads(settings.threads)
        set_random_seed(settings.seed)
        given = {"learning_rate": settings.learning_rate, "weight_decay": settings.weight_decay}
        config = {name: value for name, value in given.items() if value is not None}
        self.optimizer = optimizers.get({"class_name": settings.optimizer, "config": config})
        self.settings = replace(settings, learning_rate=float(self.optimizer.learning_rate))

    def _schedule(self, samples: int) -> None:
        """Let the learning rate fall over the run, where that was asked for."""
        if self.settings.schedule is None:
            return
        if self.settings.schedule != "cosine":
            raise unknown_name("schedule", self.settings.schedule, ("cosine",))
        rate = self.settings.learning_rate
        assert rate is not None  # the optimizer's own, where none was given
        steps = self.settings.epochs * -(-samples // self.settings.batch_size)
        self.optimizer.learning_rate = optimizers.schedules.CosineDecay(rate, steps)

    def train(self, checkpoints: Path | None = None, watchers: Sequence[callbacks.Callback] = ()) -> None:
        """Train until the epochs are over, early stopping sees no more progress, or Ctrl-C; then judge by every set.

        Args:
            checkpoints: a folder to keep the training's state in, and to go on from where there is one already.
            watchers: what else is to look on.
        """
        self._announce()
        self.fit(checkpoints, watchers)
        with contextlib.suppress(KeyboardInterrupt):  # what was trained is written in any case
            self._judge()
            return
        self.interrupted = True

    def fit(self, checkpoints: Path | None = None, watchers: Sequence[callbacks.Callback] = ()) -> None:
        """Train alone; no set is judged by, and the test set not looked at. Arguments are those of `train`."""
        train, validation = self.parts.train, self.parts.validation
        fit: dict[str, Any] = {}
        if validation is not None:
            fit["validation_data"] = (validation.x, self.preparation.targets(validation.y))
        if self.settings.balance:
            fit["class_weight"] = self._class_weights()
        watch = Stopwatch()
        watching: list[callbacks.Callback] = [
            self._history,
            watch,
            callbacks.TerminateOnNaN(verbose=0 if self.screen.quiet else 1),
        ]
        if self.settings.early_stopping:
            monitor = "val_loss" if validation is not None else "loss"
            self._stopping = callbacks.EarlyStopping(monitor, patience=self.settings.patience, restore_best_weights=True)
            watching.append(self._stopping)
        watching += watchers
        if checkpoints is not None:
            fit |= {"checkpoint": callbacks.Checkpoint(checkpoints, keep=2), "resume": True}
        try:
            self.model.fit(
                train.x,
                self.preparation.targets(train.y),
                batch_size=self.settings.batch_size,
                epochs=self.settings.epochs,
                callbacks=watching,
                verbose=0 if self.screen.quiet else "auto",
                **fit,
            )
        except KeyboardInterrupt:
            self.interrupted = True
        self.seconds = watch.seconds

    def _judge(self) -> None:
        for name, part, _ in self.parts.items():
            self.results[name] = scores(self.model, self.preparation, part)
        self.report = Report.of(
            self.model, self.preparation, "test", self.parts.test, self.data.label_names, self.settings.target
        )

    def write(self, folder: RunFolder) -> None:
        """Write the run and say where it is, how it went, and what to try next."""
        title = f"{self.settings.model} on {self._name}"
        pictures = folder.write(self.model, self._history.history, self.record(), title, self.report)
        say = self.screen.print
        if ended := self._how_it_ended():
            say(f"\n{ended}")
        if self.results:
            say(f"\nResults after {self.seconds:.1f} s of training")
            say(results_table(self.results))
            say(f"[dim]{escape(self._without_learning())}[/dim]")
        if all(np.isfinite(value) for values in self.results.values() for value in values.values()):
            self._show()
        else:
            say("\nA result is not a number: training diverged. Try a smaller --learning-rate.")
        files = ["model.safetensors", "history.json", "history.csv", "run.json", *pictures]
        say(f"\nWritten to {folder.path}: {', '.join(files)}", markup=False)
        say("\nWhat to try next")
        run, data = shlex.quote(str(folder.path)), shlex.quote(self.settings.data)
        going_on = [(f"pellucid train --resume {run}", "the rest of the epochs")] if self.interrupted else []
        for command, what in (*going_on, *self._next(run, data)):
            say(f"  {escape(command)}\n      [dim]{what}[/dim]")

    @property
    def _name(self) -> str:
        """Of what is learned from."""
        return self.data.name

    @property
    def fingerprint(self) -> str:
        """By which the run knows its data again."""
        return self.data.fingerprint()

    def _without_learning(self) -> str:
        """What one would reach without, to hold the results against."""
        return f"Without looking, on the test set: {guess(self.parts.train, self.parts.test, self.data.label_names)}"

    def _show(self) -> None:
        """What else there is to see of a model that has learned."""
        if self.report is not None:
            self.report.show(self.screen)

    def _next(self, run: str, data: str) -> list[tuple[str, str]]:
        """Commands to try, each with what it does; ``run`` and ``data`` as a shell takes them."""
        target = "" if self.settings.target is None else f" --target {shlex.quote(self.settings.target)}"
        return [
            (f"pellucid summary {run}", "the network, layer by layer"),
            (f"pellucid predict {run} {data}", "its answers, as a table"),
            (f"pellucid train {data}{target} --model mlp:30 --patience 5", "a smaller network that stops by itself"),
        ]

    def _how_it_ended(self) -> str:
        """Empty where all epochs were done and their last weights are the ones that are kept."""
        done, asked = len(self._history.epoch), self.settings.epochs
        best = None if self._stopping is None or self._stopping.best_epoch is None else self._stopping.best_epoch + 1
        kept = "" if best is None else f" The weights of epoch {best}, which did best, are kept."
        if self.interrupted:
            return f"Interrupted after {done} of {asked} epochs; what was learned until then is kept.{kept}"
        if self._stopping is not None and self._stopping.stopped_epoch:
            return f"Stopped early after {done} of {asked} epochs: {self._stopping.monitor.name} no longer fell.{kept}"
        return kept.strip() if best != done else ""

    def _announce(self) -> None:
        settings = self.settings
        say = self.screen.print
        say(f"[bold]{settings.model}[/bold] on [bold]{escape(self._name)}[/bold]: {self._about_the_data()}")
        sets = table("", self._unit, "use")
        sets.columns[2].justify = "left"
        for name, part, use in self.parts.items():
            sets.add_row(name, f"{len(part):,}", use)
        say(sets)
        for line in self._about_the_table():
            say(line, markup=False)
        say(
            f"{self.model.count_params():,} parameters, {settings.optimizer} with learning rate {settings.learning_rate:g}, "
            f"batches of {settings.batch_size}, at most {settings.epochs} epochs, seed {settings.seed}, {num_threads()} threads"
        )
        if ends := self._when_it_ends():
            say(ends)
        say()

    _unit = "samples"  # what the sets are counted in

    def _about_the_data(self) -> str:
        shape = " x ".join(map(str, self.parts.train.x.shape[1:]))
        goal = f"{self.data.outputs} classes" if self.data.problem == "classification" else "one number"
        return f"samples of {shape}, {goal}"

    def _when_it_ends(self) -> str:
        """Empty where it is the last epoch in any case."""
        if not self.settings.early_stopping:
            return ""
        watched = "validation" if self.parts.validation is not None else "training"
        return f"Ends after {self.settings.patience} epochs without a lower {watched} loss; the best epoch's weights are kept"

    def _about_the_table(self) -> list[str]:
        """What was made of the columns, of the classes and of the target."""
        lines = []
        table = self.preparation.table
        if table is not None:
            kinds = Counter(column.kind for column in table.columns)
            counted = ", ".join(f"{count} {_PLURALS[kind] if count > 1 else kind}" for kind, count in kinds.items())
            lines.append(f"Columns: {counted}; {len(table.feature_names)} numbers a sample")
            lines += [f"  left out  {name}: {reason}" for name, reason in table.left_out.items()]
            lines += [f"  note      {note}" for note in table.notes]
        if self.data.problem == "classification":
            lines += self._about_the_classes() if table is not None or self._imbalance() >= _IMBALANCED else []
        elif self.preparation.scaling is not None:
            scaling = self.preparation.scaling
            lines.append(
                f"Target: mean {scaling.mean:.4g}, deviation {scaling.deviation:.4g}; learned as (target - mean) / deviation, "
                "answered in its own unit"
            )
        return lines

    def _counts(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        return np.bincount(self.parts.train.y.astype(np.int64), minlength=self.data.outputs)

    def _imbalance(self) -> float:
        counts = self._counts()
        return float(counts.max() / max(counts.min(), 1))

    def _about_the_classes(self) -> list[str]:
        counts = self._counts()
        order = np.argsort(-counts, kind="stable")[:_MOST_CLASSES_LISTED]
        listed = ", ".join(f"{self.data.label_names[i]} {counts[i]:,} ({counts[i] / counts.sum():.0%})" for i in order)
        more = f", and {len(counts) - len(order)} more" if len(counts) > len(order) else ""
        lines = [f"Classes in the training set: {listed}{more}"]
        if none := [self.data.label_names[i] for i in np.flatnonzero(counts == 0)]:
            lines.append(f"  note      no training sample of {', '.join(none)}: it cannot be learned")
        if self._imbalance() >= _IMBALANCED:
            how = "each counts alike (--balance)" if self.settings.balance else "--balance lets each class count alike"
            lines.append(f"  note      imbalanced: accuracy alone says little, look at the classes' recall; {how}")
        return lines

    def _class_weights(self) -> dict[int, float]:
        """n / (classes * n of the class), as scikit-learn's "balanced"; a class without a sample needs none."""
        counts = self._counts()
        present = np.flatnonzero(counts)
        return {int(i): float(counts.sum() / (len(present) * counts[i])) for i in present}

    @property
    def note(self) -> str:
        """How it ended, in a few words; empty where all epochs were done."""
        if self.interrupted:
            return "Ctrl-C"
        if not all(np.isfinite(value) for values in self.results.values() for value in values.values()):
            return "diverged"
        return "stopped early" if self._stopping is not None and self._stopping.stopped_epoch else ""

    def record(self) -> dict[str, Any]:
        """What the run was and is: the content of ``run.json``."""
        return {
            "pellucid": pellucid.__version__,
            "begun": self.begun.isoformat(timespec="seconds"),
            "seconds": round(self.seconds, 3),
            "interrupted": self.interrupted,
            "epochs_done": len(self._history.epoch),
            "settings": asdict(self.settings),
            "data": {
                "name": self.data.name,
                "fingerprint": self.fingerprint,
                "problem": self.data.problem,
                "sample_shape": self.data.sample_shape,
                "label_names": self.data.label_names,
                "feature_names": [column.name for column in self.data.columns],
                "left_out": {} if self.preparation.table is None else self.preparation.table.left_out,
                "samples": {name: len(part) for name, part, _ in self.parts.items()},
            },
            "results": self.results,
            "report": None if self.report is None else self.report.to_json(),
            "versions": surroundings.versions(),
            "machine": surroundings.machine(),
        }
