"""Vocabularies: ids counted by hand, unknown tokens refused or named, and the way through JSON."""

from __future__ import annotations

import json

import pytest

from pellucid.data import Vocabulary
from pellucid.data.vocabulary import END, PADDING, START, UNKNOWN
from pellucid.errors import ArgumentError, DataError, FileFormatError


def test_characters_are_sorted_and_padding_is_0() -> None:
    vocabulary = Vocabulary.of_characters("banana")
    assert vocabulary.tokens == (PADDING, "a", "b", "n")
    assert vocabulary.encode("nab").tolist() == [3, 1, 2]
    assert vocabulary.decode([3, 1, 2]) == "nab"


def test_words_come_by_frequency_then_by_name() -> None:
    vocabulary = Vocabulary.of_words(["the cat, the dog", "a dog's the"], size=3)
    assert vocabulary.tokens == (PADDING, UNKNOWN, "the", "dog", "'")  # 3, 2, then ' , a cat s come once: signs sort first
    assert vocabulary.encode("the dog and the cat").tolist() == [2, 3, 1, 2, 1]


def test_all_special_tokens_in_their_order() -> None:
    vocabulary = Vocabulary("xy", unknown=True, ends=True)
    assert vocabulary.tokens == (PADDING, UNKNOWN, START, END, "x", "y")
    assert vocabulary.encode("y?x", ends=True).tolist() == [2, 5, 1, 4, 3]
    assert vocabulary.decode([2, 5, 4, 3, 4, 4, 0, 0]) == "yx"  # what follows the end is not part of the text


def test_the_empty_text_has_no_tokens() -> None:
    vocabulary = Vocabulary("ab", ends=True)
    assert vocabulary.encode("").tolist() == []
    assert vocabulary.encode("", ends=True).tolist() == [vocabulary.id(START), vocabulary.id(END)]
    assert vocabulary.decode([]) == ""


def test_an_unknown_token_is_refused_with_its_place() -> None:
    with pytest.raises(DataError, match=r"'ß', number 3 of the text's characters.*unknown=True"):
        Vocabulary.of_characters("Strase").encode("raße")


def test_a_text_cannot_spell_a_special_token() -> None:
    """Words are split at signs, so "<end>" in a text is three words; characters are single."""
    words = Vocabulary.of_words(["end of it"], ends=True)
    assert words.decode(words.encode("<end> of it")) == f"{UNKNOWN} end {UNKNOWN} of it"


def test_json_and_back() -> None:
    for vocabulary in (Vocabulary.of_words(["wörter und mehr"], ends=True), Vocabulary.of_characters("äöü \n")):
        restored = Vocabulary.from_json(json.loads(json.dumps(vocabulary.to_json())))
        assert restored.tokens == vocabulary.tokens
        assert restored.level == vocabulary.level


@pytest.mark.parametrize(
    "state",
    [
        None,
        {},
        {"tokens": "ab", "level": "characters", "unknown": True, "ends": True},
        {"tokens": [1], "level": "words", "unknown": False, "ends": False},
        {"tokens": ["a", "a"], "level": "words", "unknown": False, "ends": False},
        {"tokens": ["a"], "level": "bytes", "unknown": False, "ends": False},
    ],
)
def test_damaged_states_are_refused(state: object) -> None:
    with pytest.raises(FileFormatError, match="damaged"):
        Vocabulary.from_json(state)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Vocabulary([]), "is the text empty"),
        (lambda: Vocabulary.of_characters(""), "is the text empty"),
        (lambda: Vocabulary(["a", "b", "a"]), "must come once.*'a'"),
        (lambda: Vocabulary([END]), "must come once"),
        (lambda: Vocabulary(["a"], "letters"), "characters, words"),
        (lambda: Vocabulary.of_words(["a"], size=0), "size must be an integer >= 1"),
        (lambda: Vocabulary("a").encode("a", ends=True), "ends=True"),
    ],
)
def test_arguments_that_break_a_rule(make: object, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make()  # type: ignore[operator]


def test_what_is_no_text_and_no_id() -> None:
    with pytest.raises(DataError, match=r"must be a string. Received bytes"):
        Vocabulary("ab").encode(b"ab")  # type: ignore[arg-type]
    with pytest.raises(DataError, match=r"from 0 to 2. Received 3"):
        Vocabulary("ab").decode([1, 3])
    with pytest.raises(DataError, match=r"from 0 to 2. Received -1"):
        Vocabulary("ab").decode([-1])
