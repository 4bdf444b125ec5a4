"""judged: a run, and the data that it is to be judged on or to answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pellucid.cli.data_source import NAMED, Data, open_data
from pellucid.cli.outcome import ExitCode, Failure, failing_with
from pellucid.cli.preparation import Preparation
from pellucid.cli.report import Report, scores
from pellucid.cli.run_folder import RunFolder
from pellucid.data.splits import Part
from pellucid.errors import ArgumentError, DataError, unknown_name

PARTS = ("train", "validation", "test", "all")


@dataclass(frozen=True)
class Judged:
    """A run's model and the samples for it.

    Args:
        model, preparation: of the run.
        data: what was opened.
        part: the samples chosen from it, prepared; their targets as they were read.
        part_name: train, validation, test or all.
        title: of run, data and set.
        target: the column that is predicted, of a table.
    """

    model: Any
    preparation: Preparation
    data: Data
    part: Part
    part_name: str
    title: str
    target: str | None

    def evaluate(self) -> dict[str, float]:
        """The model's loss and metrics on the samples, by name."""
        self._check_labels()
        return scores(self.model, self.preparation, self.part)

    def report(self) -> Report:
        """The samples' targets beside the model's answers."""
        return Report.of(self.model, self.preparation, self.part_name, self.part, self.data.label_names, self.target)

    def predictions(self) -> tuple[list[str], Iterable[list[str]]]:
        """Column names, and a row for each sample."""
        answers = self.preparation.answers(self.model.predict(self.part.x, verbose=0))
        if self.data.problem == "regression":
            return ["prediction"], ([f"{answer:.7g}"] for answer in answers)
        names = self.data.label_names
        header = ["label", *(f"p({name})" for name in names)]
        return header, ([names[row.argmax()], *(f"{p:.6f}" for p in row)] for row in answers)

    def _check_labels(self) -> None:
        y = self.part.y
        if self.data.problem == "classification" and int(y.max()) >= self.data.outputs:
            raise DataError(f"{self.title}: label {int(y.max())} is not among the {self.data.outputs} that the model knows.")


def judged(run: Path, data: str, part: str | None, data_dir: Path | None, *, need_targets: bool) -> Judged:
    """Open both; ``part`` None takes the test set where there is one, else all of the data.

    Args:
        run: the run's folder.
        data: as for `open_data`.
        part: train, validation, test, all or None.
        data_dir: as for `open_data`.
        need_targets: refuse a file without targets; where False, a file is answered whole.

    Raises:
        Failure: the run is not one, or damaged.
        ArgumentError: no such part.
        DataError: the data does not fit the run.
    """
    if part is not None and part not in PARTS:
        raise unknown_name("--part", part, PARTS)
    folder = RunFolder.open(run)
    record = folder.record()
    known = record["data"]
    model = folder.model()
    if record.get("task") == "language-model":
        raise Failure(
            f"{run}: a language model, which is judged on texts alone: `pellucid evaluate {run} FILE.txt` gives its perplexity, "
            f"`pellucid generate {run}` writes with it.",
            ExitCode.USAGE,
        )
    with failing_with(ExitCode.RUN):
        preparation = Preparation.from_json(model.preprocessing)
    table, target = preparation.table, record["settings"]["target"]
    of_its_own = part not in (None, "all")  # a set of the run's data, which is known again by its targets, too
    opened = open_data(
        data,
        target=target if need_targets or of_its_own else None,
        data_dir=data_dir,
        problem=preparation.problem,
        columns=None if table is None else table.columns,
        label_names=tuple(known["label_names"]),
        need_targets=need_targets,
    )
    if need_targets and opened.problem != preparation.problem:
        raise DataError(f"{data}: its targets are for {opened.problem}, the run was trained for {preparation.problem}.")
    if list(opened.sample_shape) != known["sample_shape"]:
        raise DataError(
            f"{data}: its samples are of shape {opened.sample_shape}, the run was trained on {tuple(known['sample_shape'])}."
        )
    name, samples = _choose(opened, record, part, answers_file=not need_targets and data not in NAMED)
    title = f"{run} on {data}" if name == "all" else f"{run} on {data}, {name} set"
    prepared = Part(preparation.inputs(samples.x), samples.y)
    return Judged(model, preparation, replace(opened, problem=preparation.problem), prepared, name, title, target)


def _choose(data: Data, record: dict[str, Any], part: str | None, *, answers_file: bool) -> tuple[str, Part]:
    settings = record["settings"]
    if part == "all" or (part is None and answers_file):
        return "all", data.whole()
    if data.has_targets and data.fingerprint() == record["data"]["fingerprint"]:
        name = part or "test"
        sets = data.divided(settings["validation_split"], settings["seed"])
        chosen = {"train": sets.train, "validation": sets.validation, "test": sets.test}[name]
        if chosen is None:
            raise ArgumentError(f"--part {name}: this run was trained without a {name} set. Choose train, test or all.")
        return name, chosen
    if part is None:
        return ("test", data.test) if data.test is not None else ("all", data.whole())
    own = {"train": data.given, "validation": data.validation, "test": data.test}[part]
    if own is None or data.test is None:
        raise ArgumentError(
            f"--part {part}: this is not the data that the run was trained with, and it has no {part} set of its own. "
            "Use --part all."
        )
    return part, own
