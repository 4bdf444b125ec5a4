"""pad_sequences, by Keras' name and with its defaults."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pellucid.arguments import integer
from pellucid.errors import unknown_name


def pad_sequences(
    sequences: Sequence[Sequence[float]],
    maxlen: int | None = None,
    dtype: npt.DTypeLike = "int64",
    padding: str = "pre",
    truncating: str = "pre",
    value: float = 0.0,
) -> npt.NDArray[np.generic]:
    """Sequences of numbers as one array, filled up or cut to one length.

    Differs from Keras: integers are int64. `pellucid.data.padded` fills up at the end and cuts nothing.

    Args:
        sequences: each of numbers.
        maxlen: the length; that of the longest where not given.
        dtype: of the result.
        padding, truncating: "pre" or "post": where values are filled in, or cut off.
        value: what is filled in.

    Raises:
        ArgumentError: padding or truncating is neither.

    >>> pad_sequences([[1, 2, 3], [4]], maxlen=2)
    array([[2, 3],
           [0, 4]])
    """
    for name, where in (("padding", padding), ("truncating", truncating)):
        if where not in ("pre", "post"):
            raise unknown_name(f"pad_sequences: {name}", where, ("pre", "post"))
    longest = max((len(sequence) for sequence in sequences), default=0)
    length = longest if maxlen is None else integer("pad_sequences", "maxlen", maxlen, at_least=0)
    result = np.full((len(sequences), length), value, dtype)
    for row, sequence in zip(result, sequences, strict=True):
        cut = sequence[max(0, len(sequence) - length) :] if truncating == "pre" else sequence[:length]
        if len(cut):
            place = slice(length - len(cut), None) if padding == "pre" else slice(len(cut))
            row[place] = cut
    return result
