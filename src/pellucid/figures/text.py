"""Text: what a figure says, in each language side by side, so that none is forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from pellucid.errors import unknown_name

Language = Literal["en", "ko"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True)
class Text:
    """A label in English and Korean.

    >>> Text("learning rate {rate:g}", "학습률 {rate:g}").said("ko", rate=0.1)
    '학습률 0.1'
    """

    en: str
    ko: str

    def said(self, language: Language, **values: object) -> str:
        """The label in this language; braces are filled only where there are values, so mathematics may have them too."""
        text = self.ko if language == "ko" else self.en
        return text.format(**values) if values else text


def checked_language(language: str) -> Language:
    """The language, if figures speak it.

    Raises:
        ArgumentError: they do not.
    """
    for known in LANGUAGES:
        if language == known:
            return known
    raise unknown_name("language", language, LANGUAGES)
