"""Report: a model's answers beside the targets: scores of each set; class by class or error by error for the last of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pellucid.cli.console import fits, number, table
from pellucid.cli.preparation import Preparation
from pellucid.data.splits import Part

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from pellucid.figures.mistakes import Mistakes

Array = npt.NDArray[Any]

CONFUSION, RESIDUALS, MISTAKES = "confusion.png", "residuals.png", "mistakes.png"
_MOST_CLASSES = 30  # beyond which tables and pictures are too large to be read


def scores(model: Any, preparation: Preparation, part: Part) -> dict[str, float]:
    """Loss and metrics on prepared samples, by name; for numbers also MAE, RMSE and R2 in the target's own unit."""
    results = model.evaluate(part.x, preparation.targets(part.y), verbose=0, return_dict=True)
    named = {name: float(value) for name, value in results.items()}
    if preparation.problem == "regression":
        named |= errors(part.y, preparation.answers(model.predict(part.x)))
    return named


def errors(y: Array, answers: Array) -> dict[str, float]:
    """Mean absolute error, root mean squared error, and the share of the variance that is explained (R2), by scikit-learn."""
    from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

    if not np.isfinite(answers).all():
        return dict.fromkeys(("mae", "rmse", "r2"), float("nan"))
    return {
        "mae": float(mean_absolute_error(y, answers)),
        "rmse": float(root_mean_squared_error(y, answers)),
        "r2": float(r2_score(y, answers)) if len(y) > 1 else float("nan"),
    }


@dataclass(frozen=True)
class Report:
    """One set looked at closely.

    Args:
        part: the set's name.
        y: its targets.
        answers: the label of each sample, or the number.
        label_names: for labels; empty for numbers.
        target: what is predicted, for titles.
        mistakes: images that a convolutional model took for something else; None where there are none.
    """

    part: str
    y: Array
    answers: Array
    label_names: Sequence[str] = ()
    target: str = "target"
    mistakes: Mistakes | None = None

    @classmethod
    def of(cls, model: Any, preparation: Preparation, name: str, part: Part, labels: Sequence[str], target: str | None) -> Report:
        """The model's answers for prepared samples."""
        answers = preparation.answers(model.predict(part.x))
        if preparation.problem != "classification":
            return cls(name, part.y, answers, tuple(labels), target or "target")
        wrong = _mistakes(part, answers, labels) if any(weight.ndim == 4 for weight in model.weights) else None
        return cls(name, part.y, answers.argmax(axis=1), tuple(labels), target or "target", wrong)

    def by_class(self) -> dict[str, dict[str, float]]:
        """Precision, recall, F1 and number of samples of each class; NaN where there is nothing to divide by.

        precision = right / answered        recall = right / samples        F1 = 2 right / (answered + samples)
        """
        counts = self.confusion().astype(np.float64)
        right, answered, samples = np.diag(counts), counts.sum(axis=0), counts.sum(axis=1)
        with np.errstate(invalid="ignore"):
            values = (right / answered, right / samples, 2 * right / (answered + samples), samples)
        names = ("precision", "recall", "f1", "samples")
        return {
            label: dict(zip(names, (float(v) for v in row), strict=True))
            for label, row in zip(self.label_names, np.transpose(values), strict=True)
        }

    def confusion(self) -> Array:
        """Shape (classes, classes): how many samples of the row's class were taken for the column's.

        Counted here, as is what follows from it: the import of scikit-learn would take longer than a training on the digits.
        """
        classes = len(self.label_names)
        places = self.y.astype(np.int64).reshape(-1) * classes + self.answers.astype(np.int64)
        return np.bincount(places, minlength=classes * classes).reshape(classes, classes)

    def to_json(self) -> dict[str, Any]:
        """For the run's record."""
        if self.label_names:
            return {"set": self.part, "classes": self.by_class(), "confusion": self.confusion().tolist()}
        return {"set": self.part, **errors(self.y, self.answers)}

    def show(self, screen: Console) -> None:
        """Print what a terminal has room for; of numbers the scores say all."""
        if not 2 <= len(self.label_names) <= _MOST_CLASSES:
            return
        screen.print(f"\nClass by class, {self.part} set")
        by_class = table("class", "precision", "recall", "F1", "samples")
        for label, row in self.by_class().items():
            shares = (_share(row[name]) for name in ("precision", "recall", "f1"))
            by_class.add_row(_escaped(label), *shares, f"{row['samples']:,.0f}")
        screen.print(by_class)
        made = self._confusion_table()
        if fits(screen, made):
            screen.print("\nWhat was taken for what: rows are true, columns answered")
            screen.print(made)

    def _confusion_table(self) -> Table:
        made = table("", *map(_escaped, self.label_names))
        for i, (label, row) in enumerate(zip(self.label_names, self.confusion(), strict=True)):
            cells = (f"[bold]{n:,}[/bold]" if i == j else f"{n:,}" if n else "[dim].[/dim]" for j, n in enumerate(row))
            made.add_row(_escaped(label), *cells)
        return made

    def draw(self, folder: Path) -> list[str]:
        """Write the figures; their names, without those that could not be read."""
        from pellucid.figures import confusion_matrix, residuals

        if not self.label_names:
            if not np.isfinite(self.answers).all():
                return []
            residuals.save(residuals.residuals(self.y, self.answers, self.target), folder / RESIDUALS)
            return [RESIDUALS]
        drawn = []
        if len(self.label_names) <= _MOST_CLASSES:
            counted = confusion_matrix.ConfusionMatrix(self.confusion(), tuple(self.label_names))
            confusion_matrix.save(counted, folder / CONFUSION)
            drawn.append(CONFUSION)
        if self.mistakes is not None:
            from pellucid.figures import mistakes

            mistakes.PICTURE.save(self.mistakes, folder / MISTAKES)
            drawn.append(MISTAKES)
        return drawn


def _mistakes(part: Part, probabilities: Array, labels: Sequence[str]) -> Mistakes | None:
    from pellucid.figures.mistakes import mistakes

    if part.x.ndim not in (3, 4) or not np.isfinite(probabilities).all():
        return None
    found = mistakes(part.x, part.y, probabilities, labels)
    return found if found.wrong else None


def guess(train: Part, part: Part, label_names: Sequence[str]) -> str:
    """What one would reach without looking at a sample: the answer that suits the training set best, judged on ``part``."""
    if label_names:
        label = int(np.bincount(train.y.astype(np.int64)).argmax())
        return f"always {label_names[label]!r}: accuracy {number('accuracy', float((part.y == label).mean()))}"
    constant = float(np.mean(train.y, dtype=np.float64))
    return f"always the mean, {constant:.4g}: RMSE {number('rmse', errors(part.y, np.full(len(part.y), constant))['rmse'])}"


def _share(value: float) -> str:
    return f"{value:.1%}" if np.isfinite(value) else "-"


def _escaped(label: str) -> str:
    from rich.markup import escape

    return escape(label)
