"""Encoder and decoder: what goes in, decoding against the whole network, and tasks that it learns."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

import pellucid as pl
from pellucid import networks
from pellucid.data import Vocabulary
from pellucid.errors import ArgumentError, DataError, FileFormatError
from pellucid.networks import Translator, encoder_decoder

LETTERS, DIGITS = Vocabulary("abcd"), Vocabulary("123", ends=True)


def translator(seed: int = 0, **settings: object) -> Translator:
    pl.utils.set_random_seed(seed)
    made = Translator(encoder_decoder(LETTERS, DIGITS, 5, 3, **{"units": 8, "embedding": 4, **settings}))  # type: ignore[arg-type]
    # First weights give nearly equal chances to all: larger ones, so that answers differ.
    made.model.set_weights([3 * weight for weight in made.model.get_weights()])
    return made


def chances(made: Translator, text: str, answer: list[int]) -> float:
    """The logarithm of the probability of an answer's ids, by the network that is trained: no step, no carried state."""
    inputs, _ = made.samples([(text, "")])
    inputs["target"][0, 1 : len(answer)] = answer[:-1]
    steps = made.model.predict(inputs, verbose=0)[0]
    return float(sum(np.log(steps[t, token]) for t, token in enumerate(answer)))


@pytest.mark.parametrize("attention", [True, False])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_greedy_decoding_is_the_likeliest_token_after_those_before(cell: str, attention: bool) -> None:
    made = translator(cell=cell, attention=attention)
    end = DIGITS.id("<end>")
    for text in ("a", "bad", "abcda"):
        written: list[int] = []
        while len(written) < 4 and end not in written:
            written.append(max((end, *map(DIGITS.id, "123")), key=lambda token: chances(made, text, [*written, token])))
        assert made.translate([text]) == [DIGITS.decode(written)]


@pytest.mark.parametrize("seed", range(3))
def test_a_beam_as_wide_as_all_answers_finds_the_likeliest_of_all(seed: int) -> None:
    """All 40 answers of up to three digits and those 81 of four that do not end, one by one."""
    made = translator(seed)
    end = DIGITS.id("<end>")
    digits = list(map(DIGITS.id, "123"))
    answers = [[*body, end] for n in range(4) for body in itertools.product(digits, repeat=n)]
    answers += [list(body) for body in itertools.product(digits, repeat=4)]
    for text in ("ab", "dcbad"):
        best = max(answers, key=lambda answer: chances(made, text, answer))
        assert made.translate([text], beams=200) == [DIGITS.decode(best)]


def test_texts_decoded_together_are_those_decoded_alone() -> None:
    made = translator()
    texts = ["a", "dbca", "bb", "cabad"] * 40  # more than one group
    for beams in (1, 3):
        together = made.translate(texts, beams)
        assert together == [made.translate([text], beams)[0] for text in texts[:4]] * 40


def test_attention_adds_up_to_one_over_the_text_alone() -> None:
    answer, weights = translator().attention("bad")
    assert weights.shape == (min(len(answer) + 1, 4), 3)
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-5)
    with pytest.raises(ArgumentError, match="attention=False"):
        translator(attention=False).attention("bad")


def test_the_file_holds_all_that_a_translator_needs(tmp_path: Path) -> None:
    made = translator()
    made.model.save(tmp_path / "model.safetensors")
    loaded = Translator(pl.load_model(tmp_path / "model.safetensors"))
    assert loaded.translate(["abc", "d"], 2) == made.translate(["abc", "d"], 2)
    assert loaded.source_length == 5


@pytest.mark.parametrize("attention", [True, False])
def test_it_learns_to_write_backwards(attention: bool) -> None:
    """All texts of four letters out of three, a fifth of them held out: 81 in all; by chance one in 81 is right."""
    texts = ["".join(letters) for letters in itertools.product("abc", repeat=4)]
    pairs = [(text, text[::-1]) for text in np.random.default_rng(0).permutation(texts)]
    train, held_out = pairs[16:], pairs[:16]
    pl.utils.set_random_seed(0)
    made = Translator(
        encoder_decoder(Vocabulary("abc"), Vocabulary("abc", ends=True), 4, 4, units=32, embedding=8, attention=attention)
    )
    made.model.optimizer.learning_rate = 0.01
    made.model.fit(*made.samples(train), batch_size=16, epochs=60, verbose=0)
    assert made.exact(train) == 1
    assert made.exact(held_out) >= 0.8


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ([], "at least one text"),
        (["ab", ""], "1 to 5 characters. Text 1 has 0"),
        (["abcdab"], "1 to 5 characters. Text 0 has 6: 'abcdab'"),
        (["axe"], "'x', number 2"),
    ],
)
def test_texts_that_cannot_be_translated(texts: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        translator().translate(texts)


def test_answers_that_cannot_be_learned() -> None:
    made = translator()
    with pytest.raises(DataError, match=r"may have 3 characters. Answer 1 has 4"):
        made.samples([("a", "123"), ("b", "1231")])
    with pytest.raises(DataError, match="'9', number 1"):
        made.samples([("a", "9")])
    inputs, targets = made.samples([("a", "")])  # an empty answer is one
    assert (inputs["target"].tolist(), targets.tolist()) == ([[1, 0, 0, 0]], [[2, 0, 0, 0]])


def test_arguments_that_break_a_rule() -> None:
    with pytest.raises(ArgumentError, match="ends=True"):
        encoder_decoder(LETTERS, LETTERS, 3, 3)
    with pytest.raises(ArgumentError, match="Did you mean 'gru'"):
        encoder_decoder(LETTERS, DIGITS, 3, 3, cell="gur")
    with pytest.raises(ArgumentError, match="beams must be an integer >= 1"):
        translator().translate(["a"], beams=0)
    with pytest.raises(FileFormatError, match="has no vocabularies"):
        Translator(networks.build("linear", (3,), 2))
