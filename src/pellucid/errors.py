"""The errors that Pellucid raises, one family with one root.

A message names the argument, the rule, what was received, and the way out.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class PellucidError(Exception):
    """Root of every error that Pellucid raises on purpose."""


class ArgumentError(PellucidError, ValueError):
    """An argument breaks its rule: a batch size of 0, a negative learning rate, an unknown name."""


class UnknownArgumentError(ArgumentError, TypeError):
    """An argument by a name that there is not."""


class ShapeError(ArgumentError):
    """Shapes that do not fit each other."""


class IndexRangeError(ShapeError, IndexError):
    """An index beyond the end of its axis."""


class DataError(ArgumentError):
    """Data that cannot be trained on: empty, not finite, labels out of range, lengths that differ."""


class TraceError(PellucidError, TypeError):
    """A symbolic value was used where only a number will do, such as in a Python ``if``."""


class NotBuiltError(PellucidError, RuntimeError):
    """A model or layer was asked for what only exists once it is built or compiled."""


class InUseError(PellucidError, RuntimeError):
    """What was asked of a model cannot be done while it is being trained or evaluated by another call."""


class KernelError(PellucidError, RuntimeError):
    """A compiled kernel ended with a status other than OK."""


class FileFormatError(PellucidError, ValueError):
    """A file that is not what its name says, is damaged, or declares more than it holds."""


class FontUnavailable(PellucidError, OSError):
    """No font of this machine has the letters of a language; the message says what to install."""


class DatasetUnavailable(PellucidError, OSError):
    """A data set is neither on this machine nor to be fetched; the message says where its files may be put."""


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """The known name that was probably meant: with its letters in another order, or nearly the same; none where unsure.

    >>> nearest("mpl", ["mlp"]), nearest("adamm", ["adam"]), nearest("mae", ["mse"])
    (['mlp'], ['adam'], [])
    """
    names = list(known)
    turned = [other for other in names if sorted(other) == sorted(name)]
    return turned[:1] or difflib.get_close_matches(name, names, n=1, cutoff=0.75)


def unknown_name(what: str, received: object, known: Iterable[str]) -> ArgumentError:
    """An error for a name that is not known, suggesting the nearest one.

    >>> print(unknown_name("optimizer", "adamm", ["adam", "sgd"]))
    optimizer: 'adamm' is not known. Did you mean 'adam'? Known: adam, sgd.
    """
    names = sorted(known)
    near = nearest(str(received).lower(), names)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return ArgumentError(f"{what}: {received!r} is not known.{hint} Known: {', '.join(names)}.")
