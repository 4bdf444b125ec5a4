"""TextRun: one run of ``pellucid train FILE.txt``: a network that learns what character comes next."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pellucid import networks
from pellucid.cli.data_source import Data
from pellucid.cli.outcome import ExitCode, Failure
from pellucid.cli.preparation import Preparation
from pellucid.cli.run_folder import RunFolder
from pellucid.cli.training_run import Defaults, Settings, TrainingRun
from pellucid.data.sequences import windows
from pellucid.data.splits import Part, Split
from pellucid.data.vocabulary import Vocabulary
from pellucid.errors import ArgumentError, DataError

if TYPE_CHECKING:
    from rich.console import Console

ENDING = ".txt"
LENGTH = 64  # characters in a piece that is learned at once
TEST = 0.1  # of the text, its end
DEFAULTS = Defaults("lstm:128", epochs=10, batch_size=32, loss="sparse_categorical_crossentropy", learning_rate=0.003)
_SAMPLED = 200


@dataclass(frozen=True)
class Text:
    """A text and what it is called."""

    name: str
    content: str

    def fingerprint(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.content.encode()).hexdigest()


def is_text(data: str) -> bool:
    """Whether this names a file of text."""
    return Path(data).suffix.lower() == ENDING


def read_text(path: Path) -> Text:
    """A file's text.

    Raises:
        DataError: there is no such file, it is not UTF-8, or it is empty.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DataError(f"{path}: no such file.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read as UTF-8 text: {error}.") from None
    if not content:
        raise DataError(f"{path}: the file is empty. A text to learn from is needed.")
    return Text(path.stem, content)


class TextRun(TrainingRun):
    """Builds, trains and judges one language model.

    The text's last tenth is the test set, what stands before it the validation set: neighbouring pieces of a text are too much
    alike to be divided at random. Characters that only these have are unknown ones.

    Args:
        text: what to learn from.
        settings: how.
        screen: where to tell of it.

    Raises:
        ArgumentError: a name is not known or a value breaks its rule. DataError: the text is too short.
    """

    def __init__(self, text: Text, settings: Settings, screen: Console) -> None:
        _refuse_what_is_not_for_texts(settings)
        self.screen = screen
        self.text = text
        self._begin(settings)
        train, validation, test = divided(text, settings.validation_split)
        self.vocabulary = Vocabulary.of_characters(train, unknown=True)
        self.parts = Split(self._part(train), self._part(validation) if validation else None, self._part(test))
        self._schedule(len(self.parts.train))
        tokens = len(self.vocabulary)
        self.data = Data(text.name, self.parts.train, "classification", self.vocabulary.tokens)
        self.preparation = Preparation("classification", tokens, settings.loss)
        self.model = networks.language_model(settings.model, self.vocabulary, LENGTH)
        self.model.compile(optimizer=self.optimizer, loss=settings.loss)

    def _part(self, text: str) -> Part:
        return Part(*windows(self.vocabulary.encode(text), LENGTH))

    def _judge(self) -> None:
        for name, part, _ in self.parts.items():
            self.results[name] = judged(self.model, part)

    def record(self) -> dict[str, Any]:
        """What the run was and is: the content of ``run.json``."""
        record = super().record()
        data = {**record["data"], "label_names": [], "characters": len(self.text.content)}
        return {**record, "task": "language-model", "data": data}

    @property
    def _name(self) -> str:
        return self.text.name

    @property
    def fingerprint(self) -> str:
        return self.text.fingerprint()

    def _without_learning(self) -> str:
        return f"Without learning, every character would be one of {len(self.vocabulary) - 1}: a perplexity as high"

    def _show(self) -> None:
        """A sample of what it writes."""
        say = self.screen.print
        prompt = next(iter(self.text.content.split()), self.text.content[:1])
        say("\nA sample, at temperature 0.7")
        say(prompt + networks.Writer(self.model).write(prompt, _SAMPLED, temperature=0.7), markup=False, highlight=False)

    def _next(self, run: str, data: str) -> list[tuple[str, str]]:
        return [
            (f"pellucid generate {run} --prompt 'The ' --temperature 0.5", "more of the same, less bold"),
            (f"pellucid train {data} --model gru:256 --epochs 20", "a larger network, more epochs"),
        ]

    _unit = "pieces"

    def _about_the_data(self) -> str:
        different = len(self.vocabulary) - 2
        return f"{len(self.text.content):,} characters, {different} different ones to learn; pieces of {LENGTH}"

    def _about_the_table(self) -> list[str]:
        return []  # there is none


def divided(text: Text, validation: float) -> tuple[str, str, str]:
    """The beginning of a text, what stands before its last tenth, and its last tenth.

    Raises:
        DataError: a part would be too short for one piece.
    """
    content = text.content
    test = len(content) - round(TEST * len(content))
    train = test - round(validation * len(content))
    parts = content[:train], content[train:test], content[test:]
    if any(0 < len(part) <= LENGTH for part in parts) or not parts[0] or not parts[2]:
        raise DataError(
            f"{text.name}: {len(content)} characters are too few: training, validation and test set each need more than {LENGTH}."
        )
    return parts


def judged(model: Any, part: Part) -> dict[str, float]:
    """Loss and perplexity on pieces of text."""
    loss = float(model.evaluate(part.x, part.y, verbose=0))
    return {"loss": loss, "perplexity": math.exp(min(loss, 700.0)) if loss == loss else loss}


def evaluated(run: Path, data: str, name: str | None) -> tuple[str, Part, dict[str, float]]:
    """A set's name, its pieces, and how well a run foretells them.

    On the text that it has learned from, the test set unless ``name`` says another; any other text whole.

    Raises:
        Failure: the run is no language model, or damaged.
        ArgumentError: there is no such set.
        DataError: the text is none, or too short.
    """
    folder, text = RunFolder.open(run), read_text(Path(data))
    record = folder.record()
    if record.get("task") != "language-model":
        raise Failure(f"{run}: this run has not learned from a text, and {data} is one.", ExitCode.USAGE)
    own = record["data"]["fingerprint"] == text.fingerprint()
    name = name or ("test" if own else "all")
    texts = {"all": text.content}
    if own:
        texts |= zip(("train", "validation", "test"), divided(text, record["settings"]["validation_split"]), strict=True)
    if not texts.get(name):
        raise ArgumentError(
            f"--part: of {data} this run has {', '.join(n for n, part in texts.items() if part)}. Received {name!r}."
        )
    model = folder.model()
    vocabulary = networks.Writer(model).vocabulary
    part = Part(*windows(vocabulary.encode(texts[name]), int(model.preprocessing["length"])))
    return name, part, judged(model, part)


def _refuse_what_is_not_for_texts(settings: Settings) -> None:
    """
    Raises:
        ArgumentError: an option is for tables or classes.
    """
    options = {
        "--target": settings.target,
        "--category": settings.category,
        "--ignore": settings.ignore,
        "--balance": settings.balance,
        "--augment": settings.augment,
    }
    for option, value in options.items():
        if value:
            raise ArgumentError(f"{option} is not for texts, and {settings.data} is one. Leave it out.")
    if settings.loss != DEFAULTS.loss:
        raise ArgumentError(f"--loss: a text is learned with {DEFAULTS.loss}. Received {settings.loss!r}. Leave it out.")
