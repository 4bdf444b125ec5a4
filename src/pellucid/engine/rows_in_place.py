"""Rows in place: where products alone read a batch, its rows stay where they lie in the data, and a table of addresses goes in.

A register tile takes rows at any addresses as well as rows side by side. So a dense net's first layer and its gradient read the
data themselves, and nothing is copied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pellucid.engine.entry import Entry, PythonCall, Stage
from pellucid.engine.gather import Gather
from pellucid.kernels.call import Access, Buffer, Call, Share, reads
from pellucid.kernels.layout import FEWEST_COLUMNS, MOST_COLUMNS

# Kernels that take rows side by side, and those that take them by a table, with the same arguments otherwise.
_BY_TABLE = {
    "linear.forward": "linear.forward_of_rows",
    "linear.forward_by_inputs": "linear.forward_by_inputs_of_rows",
    "linear.weight_gradient": "linear.weight_gradient_of_rows",
    "linear.weight_gradient_sgd": "linear.weight_gradient_of_rows_sgd",
}
_FEWEST_ROWS = 4  # of a rank: below, products are not made in tiles


def leave_rows(
    entries: Sequence[Entry], inputs: Sequence[Buffer], outputs: Sequence[Buffer], gather: Gather, clock: Buffer, ranks: int
) -> tuple[list[Entry], dict[int, Buffer]]:
    """The entries, of which the first are the gather's, with rows left in place wherever all that read an input take them so.

    Also the tables, by the numbers of their inputs.
    """
    made, tables = list(entries), dict[int, Buffer]()
    for which, x in enumerate(inputs):
        if any(y.base is x for y in outputs):
            continue
        readers = [i for i, e in enumerate(made) if i != which and any(a.buffer.base is x for a in e.accesses)]
        suits = readers and x.rows >= _FEWEST_ROWS * ranks and gather.can_stay(which, x)
        if not suits or not all(_takes_rows(made[i].call, x) for i in readers):
            continue
        table = tables[which] = Buffer((ranks, x.rows), np.int64, f"rows of {x.name}")  # each rank's own
        made[which] = Entry(gather.find(which, table, clock), Stage.FORWARD, f"find rows of {x.name}", "")
        for i in readers:
            made[i] = _by_table(made[i], x, table)
    return made, tables


def _takes_rows(call: Call | PythonCall, x: Buffer) -> bool:
    if not isinstance(call, Call) or call.kernel not in _BY_TABLE:
        return False
    rows, per_row, inputs, outputs = call.arguments[:4]
    assert isinstance(outputs, int)
    in_tiles = (rows, per_row, inputs) == (x.rows, 1, x.row_size) and FEWEST_COLUMNS <= outputs <= MOST_COLUMNS
    return in_tiles and sum(a.buffer.base is x for a in call.accesses) == 1


def _by_table(entry: Entry, x: Buffer, table: Buffer) -> Entry:
    assert isinstance(entry.call, Call)
    arguments = [reads(table, Share.ROWS) if isinstance(a, Access) and a.buffer.base is x else a for a in entry.call.arguments]
    title = entry.title.replace(entry.call.kernel, _BY_TABLE[entry.call.kernel])
    return replace(entry, call=Call(_BY_TABLE[entry.call.kernel], *arguments), title=title, reference=None)
