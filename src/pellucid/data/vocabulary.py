"""Vocabulary: the characters or words that a network knows, each with a number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.arguments import integer
from pellucid.errors import ArgumentError, DataError, FileFormatError, unknown_name

Ids = npt.NDArray[np.int64]

PADDING, UNKNOWN, START, END = "<padding>", "<unknown>", "<start>", "<end>"
_SPECIAL = (PADDING, UNKNOWN, START, END)
_WORD = re.compile(r"\w+|[^\w\s]")


def _words(text: str) -> list[str]:
    """Runs of letters and digits, and every other sign by itself."""
    return _WORD.findall(text)


_SPLIT: dict[str, Callable[[str], list[str]]] = {"characters": list, "words": _words}
_JOIN = {"characters": "", "words": " "}


class Vocabulary:
    """Tokens (characters, or words) and their ids.

    Id 0 is padding: `Embedding` with ``mask_zero`` passes over it. Then come those of the unknown token, the start and the end
    that there are, then the tokens of the text. Most often one is made `of_characters` or `of_words`.

    Args:
        tokens: characters or words, each once; their order gives their ids.
        level: "characters" or "words": what a text is split into.
        unknown: whether other tokens become the unknown token; where not, they are refused.
        ends: whether there are tokens for a text's start and end.

    Raises:
        ArgumentError: there is no token, one comes twice, or the level is not known.

    >>> vocabulary = Vocabulary.of_characters(["ab", "ba!"])
    >>> vocabulary.encode("abba").tolist(), vocabulary.decode([2, 3])
    ([2, 3, 3, 2], 'ab')
    >>> words = Vocabulary.of_words(["to be, or not to be"], unknown=True)
    >>> words.decode(words.encode("to see, or not to see"))
    'to <unknown> , or not to <unknown>'
    """

    def __init__(self, tokens: Sequence[str], level: str = "characters", *, unknown: bool = False, ends: bool = False) -> None:
        if level not in _SPLIT:
            raise unknown_name("level", level, _SPLIT)
        if not tokens:
            raise ArgumentError("Vocabulary: at least one token is needed. Received none: is the text empty?")
        twice = [token for token, count in Counter([*tokens, *_SPECIAL]).items() if count > 1]
        if twice:
            raise ArgumentError(f"Vocabulary: a token must come once, and none may be one of {_SPECIAL}. Received {twice[0]!r}.")
        self.level = level
        special = [PADDING, *[UNKNOWN][: int(unknown)], *[START, END][: 2 * int(ends)]]
        self.tokens = (*special, *tokens)
        self._first = len(special)
        self._ids = {token: i for i, token in enumerate(self.tokens)}

    @classmethod
    def of_characters(cls, texts: str | Iterable[str], *, unknown: bool = False, ends: bool = False) -> Vocabulary:
        """All characters of the texts, sorted.

        Args:
            texts: one text or several; those of the training set alone.
            unknown, ends: see `Vocabulary`.
        """
        texts = [texts] if isinstance(texts, str) else texts
        return cls(sorted({character for text in texts for character in text}), unknown=unknown, ends=ends)

    @classmethod
    def of_words(
        cls, texts: str | Iterable[str], size: int | None = None, *, unknown: bool = True, ends: bool = False
    ) -> Vocabulary:
        """The words of the texts, the most frequent first. Punctuation marks are words, too; capitals stay.

        Args:
            texts: one text or several; those of the training set alone.
            size: how many words at most.
            unknown, ends: see `Vocabulary`.
        """
        texts = [texts] if isinstance(texts, str) else texts
        counts = Counter(word for text in texts for word in _words(text))
        most = None if size is None else integer("Vocabulary", "size", size, at_least=1)
        ordered = sorted(counts, key=lambda word: (-counts[word], word))[:most]
        return cls(ordered, "words", unknown=unknown, ends=ends)

    def __len__(self) -> int:
        return len(self.tokens)

    def __contains__(self, token: object) -> bool:
        return token in self._ids

    def __repr__(self) -> str:
        return f"<Vocabulary of {len(self)}: {self.level}>"

    def id(self, token: str) -> int:
        """The id of a token, or of the unknown one.

        Raises:
            DataError: the token is not known, and there is no unknown one.

        >>> Vocabulary("ab", ends=True).id(END)
        2
        """
        found = self._ids.get(token, self._ids.get(UNKNOWN))
        if found is None:
            raise DataError(
                f"{token!r} is not in the vocabulary of {len(self)} {self.level}. Leave it out, or build the vocabulary with "
                "unknown=True."
            )
        return found

    def encode(self, text: str, *, ends: bool = False) -> Ids:
        """The ids of a text's tokens; with ``ends``, between start and end.

        Raises:
            DataError: a token is not known, and there is no unknown one; its place is named.
            ArgumentError: ``ends`` of a vocabulary without.
        """
        if not isinstance(text, str):
            raise DataError(f"Vocabulary: a text must be a string. Received {type(text).__name__}.")
        if ends and END not in self:
            raise ArgumentError("Vocabulary: this one has no start and end. Build it with ends=True.")
        tokens = _SPLIT[self.level](text)
        unknown = self._ids.get(UNKNOWN)
        ids = [self._known(token, unknown) for token in tokens]
        if None in ids:
            place = ids.index(None)
            raise DataError(
                f"{tokens[place]!r}, number {place + 1} of the text's {self.level}, is not among the {len(self) - self._first} "
                f"that the vocabulary was built from. Leave it out, or build the vocabulary with unknown=True."
            )
        return np.array([self._ids[START], *ids, self._ids[END]] if ends else ids, np.int64)

    def _known(self, token: str, unknown: int | None) -> int | None:
        found = self._ids.get(token, unknown)
        return unknown if found is not None and found < self._first else found  # a text cannot spell padding

    def decode(self, ids: Iterable[int]) -> str:
        """The text of ids, up to an end. Padding and start are left out; words get a space between.

        Raises:
            DataError: an id is beyond the vocabulary.
        """
        tokens = []
        for i in ids:
            if not isinstance(i, int | np.integer) or not 0 <= i < len(self):
                raise DataError(f"Vocabulary: ids are integers from 0 to {len(self) - 1}. Received {i}.")
            token = self.tokens[i]
            if token == END:
                break
            if token not in (PADDING, START):
                tokens.append(token)
        return _JOIN[self.level].join(tokens)

    def to_json(self) -> dict[str, Any]:
        """For a model's file (``model.preprocessing``): only data."""
        return {
            "level": self.level,
            "tokens": list(self.tokens[self._first :]),
            "unknown": UNKNOWN in self,
            "ends": END in self,
        }

    @classmethod
    def from_json(cls, state: Any) -> Vocabulary:
        """
        Raises:
            FileFormatError: it is no such state.
        """
        try:
            tokens, level, unknown, ends = (state[name] for name in ("tokens", "level", "unknown", "ends"))
            if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
                raise TypeError("tokens must be strings")
            return cls(tokens, level, unknown=bool(unknown), ends=bool(ends))
        except (KeyError, TypeError, ArgumentError) as error:
            raise FileFormatError(f"The vocabulary in the model's file is damaged: {error!r}.") from None
