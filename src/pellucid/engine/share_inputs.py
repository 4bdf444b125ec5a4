"""Sharing inputs: ranks share the inputs of a first layer's product, not the samples, where its matrix is tall.

A weight gradient is shared by rows of the matrix: a rank's cache holds the inputs' rows that it has just written. If in the next
step it multiplies by no others, weights never travel from core to core, nor do the columns of x that the gradient reads again.
Each rank then has a part of every sum,

    x w = sum over ranks of x[:, own] w[own, :]

and the parts, smaller than the matrix, are added where the samples are shared out. An input gradient would need the whole matrix.
The order of sums is another than with one rank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pellucid.engine.entry import Entry
from pellucid.kernels.call import Access, Buffer, Call, Scratch, Share, reads, writes
from pellucid.kernels.layout import FEWEST_COLUMNS, MOST_COLUMNS

_TALL = 2  # times as many inputs as samples: with as many, it was as fast either way
_FEWEST_NUMBERS = 1 << 13  # of the matrix


def share_inputs(entries: Sequence[Entry], ranks: int) -> list[Entry]:
    """The entries, with each product of a tall matrix made by inputs if the program trains it and reads it nowhere else whole."""
    if ranks == 1:
        return list(entries)
    accesses = [a for entry in entries for a in entry.accesses]
    trained = {id(a.buffer.base) for a in accesses if a.writing and a.share is Share.ROWS}
    whole = [id(a.buffer.base) for a in accesses if a.share is not Share.ROWS]
    made: list[Entry] = []
    for entry in entries:
        w = _tall_matrix(entry)
        suits = w is not None and id(w.base) in trained and whole.count(id(w.base)) == 1
        made += _by_inputs(entry) if suits else [entry]
    return made


def _tall_matrix(entry: Entry) -> Buffer | None:
    """The matrix of a product with many more inputs than samples."""
    if not isinstance(entry.call, Call) or entry.call.kernel != "linear.forward":
        return None
    rows, per_row, *_, w, _, _ = entry.call.arguments
    assert isinstance(rows, int)
    assert isinstance(per_row, int)
    assert isinstance(w, Access)
    inputs, outputs = w.buffer.shape
    tall = inputs >= _TALL * rows * per_row and FEWEST_COLUMNS <= outputs <= MOST_COLUMNS
    return w.buffer if tall and w.buffer.size >= _FEWEST_NUMBERS else None


def _by_inputs(entry: Entry) -> list[Entry]:
    assert isinstance(entry.call, Call)
    *sizes, activation, x, w, b, y = entry.call.arguments
    assert isinstance(x, Access)
    assert isinstance(w, Access)
    assert isinstance(y, Access)
    parts = Scratch(y.buffer.size, "parts of sums")
    calls = [
        Call("linear.forward_by_inputs", *sizes, reads(x.buffer), reads(w.buffer, Share.ROWS), writes(parts)),
        Call("linear.add_parts", *sizes, activation, reads(parts), b, y),
    ]
    return [replace(entry, call=call, title=call.kernel) for call in calls]
