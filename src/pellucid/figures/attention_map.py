"""attention: where a small network looks while it writes each character of a date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid import ops
from pellucid.autodiff import Tensor
from pellucid.datasets.sequence_tasks import dates
from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.layers import GRU, Attention, Bidirectional, Dense, Embedding
from pellucid.losses import SparseCategoricalCrossentropy
from pellucid.models import Model
from pellucid.optimizers import Adam
from pellucid.random.seeded import seeded

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LETTERS = "0123456789-"
_LENGTH = 10  # of an ISO date
_UNITS, _BATCH, _STEPS = 16, 32, 600
_SHOWN = 3


@dataclass(frozen=True)
class AttentionMap:
    """Dates that were held out, as written and as the network writes them, and the attention: for each of the ten characters
    written, the weights of the characters read, one array (10, characters) a date; ``right`` is the share of held-out dates that
    are right to the last character."""

    read: tuple[str, ...]
    written: tuple[str, ...]
    weights: tuple[Array, ...]
    right: float


class _Writer(Model):
    """Each of the ten places asks with a query of its own what the characters read have to say."""

    def __init__(self, letters: int) -> None:
        super().__init__()
        self.letters = Embedding(letters, _UNITS, mask_zero=True)
        self.reader = Bidirectional(GRU(_UNITS, return_sequences=True))
        self.places = Embedding(_LENGTH, 2 * _UNITS)
        self.keys = Dense(2 * _UNITS)
        self.attention = Attention(use_scale=True)
        self.answer = Dense(len(_LETTERS))

    def call(self, x: Tensor) -> Tensor:
        answer: Tensor = self.answer(self.attention(self._asked(x)))
        return answer

    def looks(self, x: Any) -> Array:
        """The attention's weights: (batch, 10, characters)."""
        _, weights = self.attention(self._asked(x), return_attention_scores=True)
        found: Array = weights.numpy()
        return found

    def _asked(self, x: Any) -> list[Tensor]:
        seen = self.reader(self.letters(x))
        keys = self.keys(seen)
        queries = self.places(np.arange(_LENGTH)[None]) + ops.zeros_like(seen[:, :1])
        return [queries, seen, keys]


def compute(settings: Settings) -> AttentionMap:
    """Dates in six formats are rewritten as ISO 8601 has them."""
    steps = 10 if settings.quick else _STEPS
    count = steps * _BATCH
    pairs = dates(count + 256, seed=settings.seed)
    letters = {letter: i for i, letter in enumerate(sorted({c for read, _ in pairs for c in read}), 1)}
    x = np.zeros((len(pairs), max(len(read) for read, _ in pairs)), np.int64)
    for row, (read, _) in zip(x, pairs, strict=True):
        row[: len(read)] = [letters[c] for c in read]
    y = np.array([[_LETTERS.index(c) for c in iso] for _, iso in pairs])
    with seeded(settings.seed):
        model = _Writer(len(letters) + 1)
        model.compile(Adam(0.02), SparseCategoricalCrossentropy(from_logits=True))
        model.fit(x[:count], y[:count], batch_size=_BATCH, verbose=0)
    guesses = np.asarray(model.predict(x[count:])).argmax(-1)
    shown = _of_different_kinds([read for read, _ in pairs[count:]])
    weights = model.looks(x[count:][shown])
    return AttentionMap(
        tuple(pairs[count + i][0] for i in shown),
        tuple("".join(_LETTERS[c] for c in guesses[i]) for i in shown),
        tuple(w[:, : len(pairs[count + i][0])] for w, i in zip(weights, shown, strict=True)),
        float((guesses == y[count:]).all(axis=1).mean()),
    )


def _of_different_kinds(read: list[str]) -> list[int]:
    """The first date that begins with a day of the week, the first that begins with the month, the first with points."""
    days = ("Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun ")
    kinds = [[s.startswith(days) for s in read], ["," in s for s in read], ["." in s for s in read]]
    return [kind.index(True) for kind in kinds]


def draw(data: AttentionMap, sheet: Sheet) -> None:
    """One map a date: columns are what is read, rows what is written."""
    widths = [len(read) for read in data.read]
    for axes, read, written, weights in zip(
        sheet.panels(1, _SHOWN, width_ratios=widths), data.read, data.written, data.weights, strict=True
    ):
        _map(axes, sheet, read, written, weights)
    first = sheet.figure.axes[0]
    first.set_ylabel(sheet.say(_WRITTEN))
    first.set_title(sheet.say(_RIGHT, right=f"{100 * data.right:.1f}"))


def _map(axes: Axes, sheet: Sheet, read: str, written: str, weights: Array) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    shades = LinearSegmentedColormap.from_list("attention", [sheet.theme.paper, sheet.color(0)])
    axes.imshow(weights, cmap=shades, vmin=0, vmax=1, aspect="equal")
    axes.set_xticks(range(len(read)), [letter if letter != " " else "\N{OPEN BOX}" for letter in read])
    axes.set_yticks(range(len(written)), list(written))
    axes.set(xlabel=sheet.say(_READ))
    axes.tick_params(length=0)
    axes.grid(False)


_READ = Text("read", "읽은 글자")
_WRITTEN = Text("written", "쓴 글자")
_RIGHT = Text("{right} % of held-out dates are right", "처음 보는 날짜의 {right} %를 옳게 씀")

PICTURE = Picture(
    "attention",
    Text("Where attention looks", "어텐션이 보는 곳"),
    Text(
        "A network reads a date and writes it as year, month and day. Each row is a character written, and shows which of those "
        "read it was made of. Nobody told it where the year stands; it learned to look there.",
        "날짜를 읽고 연·월·일 순으로 고쳐 쓰는 신경망이다. 한 행이 쓴 글자 하나이고, 읽은 글자 가운데 어느 것을 보고 "
        "썼는지 나타낸다. 연도가 어디에 있는지 알려 준 적은 없다. 스스로 찾아보게 되었다.",
    ),
    compute,
    draw,
    size=(12.0, 4.1),
)
