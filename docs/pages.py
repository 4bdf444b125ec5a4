"""What the guide's pages promise: their code prints what they say, and their pictures exist.

A page's blocks of ``python`` run in order and share their names. A block of ``text`` right after one is what it prints, line
by line; a block without prints nothing. ``python -m docs.pages`` checks all pages, as the tests and the site's build do.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

DOCS = Path(__file__).parent
FIGURES = DOCS / "_figures"

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE)
_PICTURE = re.compile(r"_figures/([\w-]+)\.(en|ko)\.(png|svg)")


@dataclass(frozen=True)
class Block:
    """One piece of code, the line where it begins, and what the page says that it prints."""

    line: int
    code: str
    output: str


def guide() -> list[Path]:
    """All pages whose code is run."""
    return sorted((DOCS / "guide").rglob("*.md"))


def blocks(page: Path) -> list[Block]:
    """The page's code, in order."""
    text = page.read_text(encoding="utf-8")
    fences = list(_FENCE.finditer(text))
    found = []
    for index, fence in enumerate(fences):
        if fence[1] != "python":
            continue
        follower = fences[index + 1] if index + 1 < len(fences) else None
        directly = follower is not None and follower[1] == "text" and not text[fence.end() : follower.start()].strip()
        line = text.count("\n", 0, fence.start(2)) + 1
        found.append(Block(line, fence[2], follower[2] if follower is not None and directly else ""))
    return found


def check(page: Path) -> None:
    """Run a page's code in a folder that is thrown away.

    Raises:
        AssertionError: a block prints something else than the page says; names the page and the line.
    """
    names: dict[str, object] = {"__name__": page.stem}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for block in blocks(page):
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                # Line numbers in a traceback are the page's.
                exec(compile("\n" * (block.line - 1) + block.code, str(page), "exec"), names)
            got, said = ([line.rstrip() for line in t.rstrip().splitlines()] for t in (printed.getvalue(), block.output))
            if got != said:
                raise AssertionError(
                    f"{page}, line {block.line}: the page says\n{block.output}\nbut the code prints\n{printed.getvalue()}"
                )


def check_all() -> None:
    """Check every page of the guide."""
    _side_by_side(check, guide())


def pictures() -> list[tuple[str, str, str]]:
    """(figure, language, format) of every picture that a page shows, once each."""
    shown = {match.groups() for page in guide() for match in _PICTURE.finditer(page.read_text(encoding="utf-8"))}
    return sorted((name, language, form) for name, language, form in shown)


def draw_figures() -> None:
    """Draw the pictures that are not there yet."""
    FIGURES.mkdir(exist_ok=True)
    missing: dict[str, list[tuple[str, Path]]] = {}
    for name, language, form in pictures():
        path = FIGURES / f"{name}.{language}.{form}"
        if not path.exists():
            missing.setdefault(name, []).append((language, path))
    _side_by_side(_draw, missing.items())


def _draw(figure: tuple[str, list[tuple[str, Path]]]) -> None:
    """One figure, computed once for all languages."""
    from pellucid.figures import registry
    from pellucid.figures.picture import Settings

    name, pages = figure
    picture = registry.get(name)
    data = picture.compute(Settings())
    for language, path in pages:
        picture.save(data, path, language=language)


def _side_by_side(work: Callable[[T], None], pieces: Iterable[T]) -> None:
    """Each piece in one of as many processes as there are cores, of one thread each. The first error is raised here."""
    with ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=_take_one_thread) as pool:
        for _ in pool.map(work, pieces):
            pass


def _take_one_thread() -> None:
    os.environ["PELLUCID_THREADS"] = "1"


if __name__ == "__main__":
    check_all()
