"""text-samples: what a model of characters writes, from its first steps on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import ops
from pellucid.datasets.texts import python_reference
from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.figures.words import STEP
from pellucid.layers import GRU, Dense, Embedding
from pellucid.losses import SparseCategoricalCrossentropy
from pellucid.models import Sequential
from pellucid.optimizers import Adam
from pellucid.random.seeded import seeded

_UNITS, _BATCH, _LENGTH = 96, 16, 32
_LETTERS = 84  # of a sample
_TEMPERATURE = 0.5
_STOPS = (0, 20, 60, 150, 420)


@dataclass(frozen=True)
class TextSamples:
    """Samples after so many steps, and the perplexity on text that was held out. Shapes: step, perplexity (samples,)."""

    step: Array
    sample: tuple[str, ...]
    perplexity: Array
    letters: int


def compute(settings: Settings) -> TextSamples:
    """A GRU on pieces of Python's language reference, in small letters."""
    stops = (0, 5) if settings.quick else _STOPS
    text = " ".join(python_reference().lower().split())
    known = sorted(set(text))
    codes = np.searchsorted(np.array(known), np.array(list(text)))
    held_out = _pieces(codes[-_LENGTH * 128 :])
    samples, perplexity = [], []
    random = np.random.default_rng(settings.seed)
    with seeded(settings.seed):
        model = Sequential([Embedding(len(known), 32), GRU(_UNITS, return_sequences=True), Dense(len(known))])
        model.build((None, _LENGTH - 1))
        model.compile(Adam(0.01), SparseCategoricalCrossentropy(from_logits=True))
        for before, after in zip((0, *stops), stops, strict=False):
            if after > before:
                starts = random.integers(len(codes) - _LENGTH * 129, size=(after - before) * _BATCH)
                pieces = codes[starts[:, None] + np.arange(_LENGTH)]
                model.fit(pieces[:, :-1], pieces[:, 1:], batch_size=_BATCH, verbose=0)
            perplexity.append(float(np.exp(model.evaluate(held_out[:, :-1], held_out[:, 1:], verbose=0))))
            samples.append("".join(known[i] for i in _sample(model, known.index(" "), settings.seed)))
    return TextSamples(np.array(stops), tuple(samples), np.array(perplexity), len(known))


def _pieces(codes: Array) -> Array:
    return codes[: len(codes) // _LENGTH * _LENGTH].reshape(-1, _LENGTH)


def _sample(model: Sequential, first: int, seed: int) -> list[int]:
    """Letters one by one, each drawn from what the model expects after those before it."""
    layers: list[Any] = model.layers
    embedding, gru, dense = layers
    random = np.random.default_rng(seed)
    states, letter, letters = None, first, []
    for _ in range(_LETTERS):
        seen, states = gru.cell(embedding(np.array([letter])), states)
        p = ops.softmax(dense(seen) / _TEMPERATURE).numpy()[0].astype(float)
        letter = int(random.choice(len(p), p=p / p.sum()))
        letters.append(letter)
    return letters


def draw(data: TextSamples, sheet: Sheet) -> None:
    """A line a sample, the later the further down, each with its perplexity."""
    (axes,) = sheet.panels()
    axes.set_axis_off()
    rows = len(data.sample)
    axes.set(xlim=(0, 1), ylim=(-rows + 0.4, 1.1))
    heads = ((0.07, sheet.say(STEP), "right"), (0.17, sheet.say(_PERPLEXITY), "right"), (0.2, sheet.say(_SAMPLE), "left"))
    for x, text, side in heads:
        axes.text(x, 0.75, text, ha=side, va="center", color=sheet.theme.muted)
    for row, (step, sample, perplexity) in enumerate(zip(data.step, data.sample, data.perplexity, strict=True)):
        axes.text(0.07, -row, str(step), ha="right", va="center")
        axes.text(0.17, -row, f"{perplexity:.1f}", ha="right", va="center")
        letters = sample.replace("$", r"\$")
        axes.text(0.2, -row, letters, ha="left", va="center", family=_MONOSPACED, fontsize=10, color=sheet.color(0))


_MONOSPACED = "DejaVu Sans Mono"  # matplotlib brings it
_PERPLEXITY = Text("perplexity", "퍼플렉서티")
_SAMPLE = Text("what it writes", "쓴 글")

PICTURE = Picture(
    "text-samples",
    Text("A model of characters learns to write", "글자 모델이 쓰는 법을 배우다"),
    Text(
        "A GRU learns which letter follows, from Python's language reference, and then draws letters one by one. First come all "
        "letters alike, then frequent ones and spaces, then words. Perplexity: among how many letters it would have to guess "
        "on text that it has not seen.",
        "GRU가 파이썬 언어 참조 문서로 다음 글자를 배우고, 한 글자씩 뽑아 쓴다. 처음에는 아무 글자나 나오고, "
        "자주 쓰는 글자와 빈칸, 그다음에 낱말이 나온다. 퍼플렉서티는 처음 보는 글에서 글자 몇 개를 두고 찍는 셈인지를 나타낸다.",
    ),
    compute,
    draw,
    size=(11.0, 3.3),
)
