"""The scripts, each as a module for one library: their imports are all that is changed."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent / "scripts"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py"))


def source(name: str, library: str) -> str:
    """A script's text with ``import keras`` and ``from keras import ...`` made those of the library."""
    text = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    if library == "keras":
        return text
    text, plain = re.subn(r"^import keras$", f"import {library} as keras", text, flags=re.MULTILINE)
    text, parts = re.subn(r"^from keras import", f"from {library} import", text, flags=re.MULTILINE)
    assert (plain, parts) == (1, 1), name
    return text


def load(name: str, library: str) -> Any:
    """The script as a module."""
    module = ModuleType(f"{name}_on_{library}")
    exec(compile(source(name, library), f"{name}.py", "exec"), vars(module))
    return module


def start(model: Any) -> None:
    """Draw every matrix by its shape and by which of that shape it is; vectors stay as made (zeros, ones, what was adapted).

    Not by its place among all, since the order of the layers of a graph is each library's own.
    """
    drawn: Counter[tuple[int, ...]] = Counter()
    weights = [np.asarray(w) for w in model.get_weights()]
    for place, w in enumerate(weights):
        if w.ndim > 1:
            rng = np.random.default_rng([drawn[w.shape], *w.shape])
            weights[place] = rng.normal(size=w.shape, scale=w.shape[0] ** -0.5).astype("float32")
            drawn[w.shape] += 1
    model.set_weights(weights)


def numbers(name: str, library: str, **build: Any) -> dict[str, Any]:
    """What the script returns, from the drawn weights, without shuffling."""
    script = load(name, library)
    model = script.build(**build)
    start(model)
    return {key: np.asarray(values, dtype=float) for key, values in script.run(model, shuffle=False).items()}
