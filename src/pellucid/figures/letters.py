"""Letters of names that users bring, in any script: drawn where a font of this machine has them, never as boxes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress

from pellucid.errors import FontUnavailable
from pellucid.figures.fonts import families, hangul


def families_for(names: Iterable[str]) -> list[str]:
    """Fonts for these names, the first one first: with Hangul where a name has any and the machine has a font."""
    chosen = families("en")
    if any("\u1100" <= letter <= "\ud7ff" for name in names for letter in name):
        with suppress(FontUnavailable):
            chosen.append(hangul())
    return chosen


def drawable(name: str, fonts: Sequence[str], otherwise: str) -> str:
    """The name as matplotlib is given it, or ``otherwise`` where no font has all its letters.

    >>> drawable("price in $", ["DejaVu Sans"], "target"), drawable("\U00013000", ["DejaVu Sans"], "target")
    ('price in \\\\$', 'target')
    """
    from matplotlib.font_manager import findfont, get_font

    held = [get_font(findfont(font)) for font in fonts]
    whole = " ".join(name.split())
    if not whole or not all(any(font.get_char_index(ord(letter)) for font in held) for letter in whole):
        return otherwise
    return whole.replace("$", r"\$")  # else two of them would enclose mathematics
