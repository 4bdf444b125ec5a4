"""Search: trials of settings, each a recorded run, chosen by Optuna and given up early where hopeless."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.callbacks import Callback
from pellucid.callbacks.callback import Logs
from pellucid.cli.console import console
from pellucid.cli.data_source import Data
from pellucid.cli.outcome import ExitCode, Failure
from pellucid.cli.recording import RecordedEpochs, run_of
from pellucid.cli.search_space import SearchSpace
from pellucid.cli.training_run import Settings, TrainingRun
from pellucid.errors import unknown_name
from pellucid.runs import Recorder, State

if TYPE_CHECKING:
    import optuna

SAMPLERS, PRUNERS = ("tpe", "random"), ("median", "halving", "none")
JOURNAL = "journal.log"
_FEWEST_FOR_IMPORTANCE = 4


@dataclass(frozen=True)
class Trial:
    """One trial that has ended.

    Args:
        number: from 1.
        settings: what it trained with.
        losses: validation loss by epoch.
        ended: "all epochs", "stopped early", "given up" (pruned) or "diverged".
        seconds: of training.
    """

    number: int
    settings: Settings
    losses: tuple[float, ...]
    ended: str
    seconds: float

    @property
    def score(self) -> float:
        """The lowest validation loss; infinite where there is none."""
        return min((loss for loss in self.losses if math.isfinite(loss)), default=math.inf)

    @property
    def best_epoch(self) -> int:
        """The epoch of the lowest validation loss, from 1."""
        return self.losses.index(self.score) + 1 if math.isfinite(self.score) else len(self.losses)

    @property
    def given_up(self) -> bool:
        return self.ended in ("given up", "diverged")


class Search:
    """A search in a folder of its own below the folder of runs, with a journal from which it goes on.

    The sampler of each trial is made anew from the seed and the number of trials done, so the same seed gives the same trials,
    also where a search was stopped and gone on with; the trial that was stopped is done again.

    Args:
        root: the folder of runs.
        name: of the search, and its folder.
        data: what to learn from.
        base: the settings that all trials share.
        space: those to be chosen.
        sampler: "tpe" (learns from the trials before) or "random".
        pruner: "median" (worse than half of those before at the same epoch), "halving" or "none".
        seed: of the choices.

    Raises:
        ArgumentError: no such sampler or pruner. Failure: Optuna is not installed.
    """

    def __init__(
        self, root: Path, name: str, data: Data, base: Settings, space: SearchSpace, sampler: str, pruner: str, seed: int
    ) -> None:
        optuna = import_optuna()
        check_names(sampler, pruner)
        self.root, self.name, self.folder = root, name, root / name
        self.data, self.base, self.space, self.sampler, self.seed = data, base, space, sampler, seed
        self.folder.mkdir(parents=True, exist_ok=True)
        backend = optuna.storages.journal.JournalFileBackend(str(self.folder / JOURNAL))
        self.study = optuna.create_study(
            study_name=name,
            storage=optuna.storages.JournalStorage(backend),
            direction="minimize",
            pruner=_pruner(pruner, base.epochs),
            load_if_exists=True,
        )
        running = optuna.trial.TrialState.RUNNING
        for stopped in self.study.get_trials(deepcopy=False, states=(running,)):  # of a process that was killed
            self.study.tell(stopped.number, state=optuna.trial.TrialState.FAIL)

    def trials(self) -> list[Trial]:
        """Those that have ended, in order."""
        return [_trial(i, frozen, self.base) for i, frozen in enumerate(self._done(), 1)]

    def best(self) -> Trial | None:
        """The one of the lowest score, of those that were not given up."""
        whole = [trial for trial in self.trials() if not trial.given_up]
        return min(whole, key=lambda trial: trial.score, default=None)

    def run(self, trials: int, tell: Callable[[Trial], None]) -> None:
        """Go on until so many trials are done in all.

        Args:
            tell: is called with each when it has ended.

        Raises:
            KeyboardInterrupt: Ctrl-C came; the trial it came in will be done again.
        """
        while (done := len(self._done())) < trials:
            tell(self._run_one(done))

    def importance(self) -> dict[str, float]:
        """The share of the differences between whole trials that each setting explains (fANOVA; Hutter et al. 2014).

        Empty where they are too few.
        """
        optuna = import_optuna()
        whole = self.study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
        if len(whole) < _FEWEST_FOR_IMPORTANCE or not whole[0].params or len({trial.value for trial in whole}) < 2:
            return {}
        evaluator = optuna.importance.FanovaImportanceEvaluator(seed=self.seed)
        return {k: float(v) for k, v in optuna.importance.get_param_importances(self.study, evaluator=evaluator).items()}

    def _run_one(self, done: int) -> Trial:
        optuna = import_optuna()
        number = done + 1
        self.study.sampler = _sampler(self.sampler, self.seed, done)
        trial = self.study.ask()
        settings = self.space.choose(trial, self.base)
        run = TrainingRun(self.data, settings, console(quiet=True))
        folder = self.folder / f"trial-{number:03d}"
        recorder = Recorder(self.root, run_of(folder, run.record(), study=self.name, trial=number), files=True)
        watch = _Watch(trial)
        try:
            run.fit(watchers=[RecordedEpochs(recorder), watch])
        except BaseException as error:
            self.study.tell(trial, state=optuna.trial.TrialState.FAIL)
            recorder.end(State.FAILED, f"{type(error).__name__}: {error}"[:500])
            raise
        if run.interrupted:
            self.study.tell(trial, state=optuna.trial.TrialState.FAIL)
            recorder.end(State.INTERRUPTED, "Ctrl-C")
            raise KeyboardInterrupt
        ended = watch.ended or run.note or "all epochs"
        made = Trial(number, run.settings, tuple(watch.losses), ended, run.seconds)
        results = {"validation": {"loss": made.score}} if math.isfinite(made.score) else {}
        recorder.end(State.FINISHED, "" if ended == "all epochs" else ended, results)
        for key, value in (("settings", _chosen(made.settings)), ("ended", ended), ("seconds", round(run.seconds, 3))):
            trial.set_user_attr(key, value)
        if made.given_up:
            self.study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        else:
            self.study.tell(trial, made.score)
        return made

    def _done(self) -> list[optuna.trial.FrozenTrial]:
        states = import_optuna().trial.TrialState
        return list(self.study.get_trials(deepcopy=False, states=(states.COMPLETE, states.PRUNED)))


class _Watch(Callback):
    """Tells Optuna the validation loss of each epoch, and ends the training where it sees no hope or the loss is no number."""

    def __init__(self, trial: optuna.Trial) -> None:
        self.trial = trial
        self.losses: list[float] = []
        self.ended = ""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        loss = float((logs or {})["val_loss"])
        self.losses.append(loss)
        if not math.isfinite(loss):
            self.ended = "diverged"
            self.model.stop_training = True
            return
        self.trial.report(loss, epoch + 1)
        if epoch + 1 < self.params["epochs"] and not self.model.stop_training and self.trial.should_prune():
            self.ended = "given up"
            self.model.stop_training = True


def import_optuna() -> Any:
    """Optuna, which an extra installs; it says nothing but warnings.

    Raises:
        Failure: it is not installed.
    """
    try:
        import optuna
    except ImportError:
        raise Failure(
            "pellucid tune needs Optuna, which is not installed: pip install 'pellucid[tune]'", ExitCode.USAGE
        ) from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def check_names(sampler: str, pruner: str) -> None:
    """
    Raises:
        ArgumentError: no such sampler or pruner.
    """
    for what, given, known in (("--sampler", sampler, SAMPLERS), ("--pruner", pruner, PRUNERS)):
        if given not in known:
            raise unknown_name(what, given, known)


def _sampler(name: str, seed: int, done: int) -> Any:
    samplers = import_optuna().samplers
    state = int(np.random.SeedSequence([seed, done]).generate_state(1)[0])
    return samplers.RandomSampler(seed=state) if name == "random" else samplers.TPESampler(seed=state)


def _pruner(name: str, epochs: int) -> Any:
    pruners = import_optuna().pruners
    if name == "none":
        return pruners.NopPruner()
    if name == "median":
        return pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=1 + max(1, epochs // 5))  # not judged by the first epoch
    return pruners.SuccessiveHalvingPruner(min_resource=max(1, epochs // 9), reduction_factor=3)


def _chosen(settings: Settings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in ("model", "optimizer", "learning_rate", "weight_decay", "batch_size")}


def _trial(number: int, frozen: optuna.trial.FrozenTrial, base: Settings) -> Trial:
    told = frozen.user_attrs
    losses = [frozen.intermediate_values[epoch] for epoch in sorted(frozen.intermediate_values)]
    return Trial(number, replace(base, **told["settings"]), tuple(losses), told["ended"], told["seconds"])
