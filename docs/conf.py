"""The documentation site: ``python -m sphinx -W docs docs/_build`` builds it.

The build first runs every code block of the guide and draws every picture that a page shows: a page that says what is not so
stops it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS))

from pages import check_all, draw_figures  # noqa: E402  (found through the line above)

import pellucid  # noqa: E402

project = "Pellucid"
author = "The Pellucid developers"
version = release = pellucid.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
exclude_patterns = ["_build", "README.md"]
html_theme = "furo"
html_title = "Pellucid"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_copyright = False
myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3
default_role = "py:obj"
autodoc_typehints = "none"  # the text says what an argument is
autodoc_member_order = "bysource"
autosummary_generate = True
autosummary_imported_members = True
autosummary_ignore_module_all = False
napoleon_google_docstring = True
suppress_warnings = ["myst.xref_missing", "myst.header"]  # links out of docs/ hold in the repository; a test follows them

_SECTION = re.compile(r"(Args|Raises|Returns|Yields|Attributes|Note|Example)s?:$")
_CODE = re.compile(r"(``.+?``|`.+?`)")


def _as_written(_app: Any, _what: str, _name: str, _object: Any, _options: Any, lines: list[str]) -> None:
    """Keep docstrings as they read in the source: equations, which are indented, line by line, and signs like ``|x|``."""
    result: list[str] = []
    in_section = literal = False
    for line in lines:
        indented = line.startswith("    ")
        if line.strip() and not indented:
            in_section, literal = bool(_SECTION.match(line)), False
        elif indented and not in_section and not literal and (not result or not result[-1].strip()):
            result += ["::", ""]
            literal = True
        example = line.lstrip().startswith((">>>", "..."))
        result.append(line if literal or example else _escaped(line))
    lines[:] = result


def _escaped(line: str) -> str:
    parts = _CODE.split(line)
    return "".join(part if part.startswith("`") else re.sub(r"([|*])", r"\\\1", part) for part in parts)


def setup(app: Any) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("builder-inited", lambda _: (check_all(), draw_figures()))
    app.connect("autodoc-process-docstring", _as_written, priority=400)  # before napoleon's
    return {"parallel_read_safe": True, "parallel_write_safe": True}
