"""Cells: a table as text, read from separated text (.csv) or Parquet, with the place of each cell for messages."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pellucid.errors import ArgumentError, DataError, FileFormatError, unknown_name

_MISSING = {"", "na", "n/a", "#n/a", "nan", "null", "none", "?"}
_SEPARATORS = ",;\t|"
_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+([eE][+-]?\d+)?")
_GROUPED = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+)")


def is_missing(cell: str) -> bool:
    """Whether a cell says that there is no value: it is empty, or NA, N/A, NaN, null, None or ? in any case."""
    return cell.lower() in _MISSING


def plain_number(cell: str) -> float | None:
    """The number with a decimal point that a cell is, infinities among them; None where it is none.

    >>> plain_number("1.5e3"), plain_number("1_000"), plain_number("one")
    (1500.0, None, None)
    """
    try:
        return float(cell) if "_" not in cell else None
    except ValueError:
        return None


@dataclass(frozen=True)
class Cells:
    """A table as text.

    Args:
        path: the file.
        columns: each column's cells by its name, in the file's order; outer spaces are gone.
        lines: where each row is in the file.
        unit: what ``lines`` counts: "line" or "row".
        separator: what stood between cells.
        categories: columns that the file itself declares to be text.
    """

    path: Path
    columns: Mapping[str, Sequence[str]]
    lines: Sequence[int]
    unit: str = "line"
    separator: str = ","
    categories: frozenset[str] = field(default=frozenset())

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def names(self) -> list[str]:
        return list(self.columns)

    def place(self, row: int, column: str) -> str:
        """Where a cell is, for a message."""
        return f"{self.path}, {self.unit} {self.lines[row]}, column {column!r}"

    def require(self, what: str, names: Sequence[str]) -> None:
        """Refuse names that are no column.

        Raises:
            ArgumentError: there is one; suggests the nearest.
        """
        for name in names:
            if name not in self.columns:
                raise unknown_name(f"{self.path}: {what} column", name, self.names)

    def numbers(self, column: str) -> dict[str, float | None]:
        """What each different cell of a column is as a number; None for those that are none. Missing cells are left out.

        In a file that is not separated by commas, a column with a number such as 1,5 or 1.234,56 has decimal commas, and its
        points are between thousands.
        """
        present = [cell for cell in dict.fromkeys(self.columns[column]) if not is_missing(cell)]
        if self.separator == "," or not any(map(_COMMA.fullmatch, present)):
            return {cell: plain_number(cell) for cell in present}
        return {cell: _comma_number(cell) for cell in present}


def _comma_number(cell: str) -> float | None:
    if _COMMA.fullmatch(cell) or _GROUPED.fullmatch(cell):
        return float(cell.replace(".", "").replace(",", "."))
    return None


def read_csv_cells(path: Path) -> Cells:
    """The cells of a text file whose first line names the columns.

    The separator is the comma, semicolon, tab or bar that is most frequent in the first line. Cells may be quoted; a byte order
    mark is skipped, and so are empty lines.

    Raises:
        FileFormatError: not UTF-8, badly quoted, or columns without names of their own.
        DataError: no rows, or a row of another length.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileFormatError(
            f"{path}: not text in UTF-8 ({error.reason} at byte {error.start}). Save it as CSV in UTF-8."
        ) from None
    separator = _separator(text)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True, skipinitialspace=True)
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if row]
    except csv.Error as error:
        what = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}[separator]
        raise FileFormatError(f"{path}: not {what}-separated text ({error}).") from None
    if len(rows) < 2:
        raise DataError(f"{path}: needs a line of column names and at least one row. Received {len(rows)} lines.")
    (_, header), *body = rows
    if len(set(header)) < len(header) or "" in header:
        raise FileFormatError(f"{path}: each column needs a name of its own in the first line. Received {', '.join(header)}.")
    for line, row in body:
        if len(row) != len(header):
            raise DataError(f"{path}, line {line}: {len(row)} cells where the header names {len(header)} columns.")
    columns = dict(zip(header, zip(*(row for _, row in body), strict=True), strict=True))
    return Cells(path, columns, [line for line, _ in body], separator=separator)


def _separator(text: str) -> str:
    """The most frequent one of the header, outside quotes; a comma where there is none."""
    header = re.sub(r'"[^"]*"', "", text[: re.search(r"[\r\n]|\Z", text).start()])  # type: ignore[union-attr]
    return max(_SEPARATORS, key=header.count)


def read_parquet_cells(path: Path) -> Cells:
    """The cells of a Parquet file, as the text that a .csv would hold; rows are counted from 1.

    Raises:
        ArgumentError: pyarrow, which reads the format, is not installed.
        FileFormatError: not a Parquet file, or damaged.
        DataError: no rows, or a column of a type that is no number, text, boolean or date.
    """
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise ArgumentError(
            f"{path}: Parquet files are read by pyarrow, which is not installed: pip install 'pellucid[tables]'. "
            "Or save the table as .csv."
        ) from None
    try:
        table = parquet.read_table(path)
    except (ArrowException, OSError) as error:
        raise FileFormatError(f"{path}: not a readable Parquet file ({str(error).splitlines()[0]}).") from None
    if not table.num_rows or not table.num_columns:
        raise DataError(f"{path}: needs columns and at least one row. Received {table.num_columns} and {table.num_rows}.")
    columns: dict[str, list[str]] = {}
    categories = set()
    for name, column in zip(table.column_names, table.columns, strict=True):
        if name in columns or not name:
            raise FileFormatError(f"{path}: each column needs a name of its own. Received {', '.join(table.column_names)}.")
        columns[name], is_text = _arrow_cells(path, name, column)
        if is_text:
            categories.add(name)
    return Cells(path, columns, range(1, table.num_rows + 1), "row", categories=frozenset(categories))


def _arrow_cells(path: Path, name: str, column: Any) -> tuple[list[str], bool]:
    """A column as text, and whether it is declared to be text."""
    from pyarrow import timestamp, types

    if types.is_timestamp(column.type):
        column = column.cast(timestamp("s", column.type.tz), safe=False)  # of finer parts nothing would be seen
    kind = column.type.value_type if types.is_dictionary(column.type) else column.type
    values = column.to_pylist()
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return ["" if value is None else value.strip() for value in values], True
    if types.is_boolean(kind):
        return ["" if value is None else str(value).lower() for value in values], False
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return ["" if value is None else str(value) for value in values], False
    if types.is_date(kind) or types.is_timestamp(kind):
        return ["" if value is None else value.isoformat()[:19] for value in values], False
    if types.is_null(kind):
        return [""] * len(values), False
    raise DataError(f"{path}: column {name!r} is of type {column.type}, which no table can learn from. Leave it out: --ignore.")
