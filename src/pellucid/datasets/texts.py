"""Texts that are there without a download: Python's language reference, and docstrings of the packages that Pellucid needs."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

PACKAGES = ("numpy", "scipy", "sklearn")

_NAMES = {"numpy", "np", "scipy", "sklearn", "scikit-learn", "scikit", "learn"}
_LEFT_OUT = {"tests", "testing", "_lib", "externals"}
# Much faster than ast, and it reads what is written for another version of Python.
_DOCSTRING = re.compile(r'^ *(?:def|class) [^"#]*?:\n *r?"""(?!")\s*(\S.*?)(?:"""|\n *\n)', flags=re.DOTALL | re.MULTILINE)


def python_reference() -> str:
    """Python's language reference as ``help()`` shows it, from the standard library: hundreds of thousands of characters.

    How many differs from one version of Python to the next. Lines are kept, characters beyond ASCII are left out.

    >>> "The \\"if\\" statement" in python_reference()
    True
    """
    from pydoc_data.topics import topics  # type: ignore[import-not-found, unused-ignore]

    text = "\n".join(topics[name] for name in sorted(topics))
    return text.encode("ascii", "ignore").decode("ascii")


def docstrings(least: int = 20) -> tuple[list[str], npt.NDArray[np.int64]]:
    """First sentences of docstrings, and which package each is from: NumPy, SciPy or scikit-learn.

    Read from the packages' source files, tests left out; nothing is imported. A sentence that two packages share is left out, and
    so is the package's own name in it.

    Args:
        least: characters that a sentence must have.

    Returns:
        The sentences, and the places of their packages in `PACKAGES`.
    """
    found: dict[str, set[int]] = {}
    for number, package in enumerate(PACKAGES):
        for sentence in _first_sentences(package):
            if len(sentence) >= least:
                found.setdefault(sentence, set()).add(number)
    own = sorted((sentence, min(numbers)) for sentence, numbers in found.items() if len(numbers) == 1)
    return [sentence for sentence, _ in own], np.array([number for _, number in own], np.int64)


def _first_sentences(package: str) -> list[str]:
    found = importlib.util.find_spec(package)
    assert found is not None
    assert found.origin is not None
    root = Path(found.origin).parent
    sentences = []
    for file in sorted(root.rglob("*.py")):
        if _LEFT_OUT.isdisjoint(file.relative_to(root).parts):
            for text in _DOCSTRING.findall(file.read_text(encoding="utf-8", errors="ignore")):
                words = text.split(". ")[0].split()
                sentences.append(" ".join(word for word in words if word.strip(".,:;()`'\"").lower() not in _NAMES))
    return sentences
