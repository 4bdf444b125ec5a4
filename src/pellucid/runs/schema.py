"""The database's schema: plain SQL files, one a version, of which each database has had the first so many."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from importlib.resources import files

from pellucid.errors import FileFormatError

APPLICATION_ID = 0x50654C52  # "PeLR", told from other programs' databases


def migrations() -> list[str]:
    """The files' texts in order: the first makes version 1 of nothing, the next version 2 of that."""
    found = sorted(
        (file for file in (files("pellucid.runs") / "migrations").iterdir() if re.fullmatch(r"\d{3}_\w+\.sql", file.name)),
        key=lambda file: file.name,
    )
    return [file.read_text(encoding="utf-8") for file in found]


def migrate(connection: sqlite3.Connection, scripts: Sequence[str] | None = None) -> None:
    """Bring a database to the newest version in one transaction; another process may be doing the same.

    Args:
        connection: in autocommit mode (``isolation_level=None``).
        scripts: those of this package where None.

    Raises:
        FileFormatError: the database is another program's, or of a later version of this one.
    """
    steps = migrations() if scripts is None else scripts
    if _version(connection) == len(steps) and _application(connection) == APPLICATION_ID:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)  # again: now nobody else can change it
        empty = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
        if _application(connection) != APPLICATION_ID and not (empty and version == 0):
            raise FileFormatError("it is the database of another program; name another folder for the runs")
        if version > len(steps):
            raise FileFormatError(f"it is of version {version}, written by a later Pellucid; install that one to read it")
        for script in steps[version:]:
            for statement in statements(script):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(steps)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def statements(script: str) -> list[str]:
    """The statements of a script, each ending with a line that ends in a semicolon.

    >>> statements("CREATE TABLE a (b);  \\nDROP TABLE a;\\n-- the end\\n")
    ['CREATE TABLE a (b);', 'DROP TABLE a;']
    """
    found, lines = [], ""
    for line in script.splitlines(keepends=True):
        lines += line
        if line.rstrip().endswith(";") and sqlite3.complete_statement(lines):
            found.append(lines.strip())
            lines = ""
    return found


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _application(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA application_id").fetchone()[0])
