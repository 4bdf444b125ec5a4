"""Which interpreter runs which system, and which packages each needs."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from dataclasses import dataclass

from benchmarks.worker import ROOT

FOLDER = ROOT / "benchmarks" / ".environments"


@dataclass(frozen=True)
class Environment:
    """What a system needs: module names (to see whether they are there) and what ``--install`` hands to pip."""

    modules: tuple[str, ...]
    packages: tuple[str, ...]


PYTORCH = Environment(("torch", "numpy"), ("torch", "numpy"))
JAX = Environment(("jax", "numpy"), ("jax", "numpy"))
ENVIRONMENTS = {
    "pellucid": Environment(("pellucid",), (str(ROOT),)),
    "jax_scan": JAX,
    "jax_jit": JAX,
    "pytorch": PYTORCH,
    "pytorch_compile": PYTORCH,
    "keras_fit": Environment(("keras", "jax", "numpy"), ("keras", "jax", "numpy")),
    "keras_tensorflow": Environment(("keras", "tensorflow", "numpy"), ("keras", "tensorflow-cpu", "numpy")),
    "scikit_learn": Environment(("sklearn", "threadpoolctl"), ("scikit-learn",)),
    "tinygrad": Environment(("tinygrad", "numpy"), ("tinygrad", "numpy")),
    "products": Environment(("numpy", "threadpoolctl"), ("numpy", "threadpoolctl")),
    "predict_pellucid": Environment(("pellucid",), (str(ROOT),)),
    "predict_onnxruntime": Environment(("onnxruntime", "onnx", "numpy"), ("onnxruntime", "onnx", "numpy")),
    "predict_pytorch": PYTORCH,
    "predict_jax": JAX,
}
OURS = ("pellucid", "predict_pellucid")
TRAINING = tuple(name for name in ENVIRONMENTS if not name.startswith("predict_"))
FLOOR = "products"  # printed beside, no competitor
TITLES = {
    "pellucid": "Pellucid",
    "jax_scan": "JAX, scanned epoch",
    "jax_jit": "JAX, jit a step",
    "pytorch": "PyTorch",
    "pytorch_compile": "PyTorch, torch.compile",
    "keras_fit": "Keras (JAX), fit",
    "keras_tensorflow": "Keras (TensorFlow), fit",
    "scikit_learn": "scikit-learn",
    "tinygrad": "tinygrad, jitted step",
    "products": "matrix products alone (NumPy)",
    "predict_pellucid": "Pellucid, predictor",
    "predict_onnxruntime": "ONNX Runtime",
    "predict_pytorch": "PyTorch, inference",
    "predict_jax": "JAX, jit",
}


class MissingSystem(Exception):
    """No interpreter that has the system."""


def interpreters(options: list[str]) -> dict[str, str]:
    """From ``NAME=PATH`` or ``PATH`` (for all that are not named), the interpreter of each system."""
    named = dict(option.split("=", 1) for option in options if "=" in option)
    unknown = named.keys() - ENVIRONMENTS.keys()
    if unknown:
        raise SystemExit(f"--python: unknown system {', '.join(sorted(unknown))}. Known: {', '.join(ENVIRONMENTS)}.")
    general = [option for option in options if "=" not in option]
    default = general[-1] if general else sys.executable
    return {name: named.get(name, default) for name in ENVIRONMENTS}


def find(name: str, python: str, *, install: bool) -> str:
    """An interpreter that can import what the system needs: the given one, or a new environment of its own."""
    needed = ENVIRONMENTS[name]
    if _has(python, needed.modules):
        return python
    if not install:
        raise MissingSystem(f"{python} lacks {' or '.join(needed.modules)}; give --python {name}=PATH, or --install")
    folder = FOLDER / "-".join(needed.modules)
    own = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not own.exists():
        venv.create(folder, with_pip=True)
        result = subprocess.run([str(own), "-m", "pip", "install", "--quiet", *needed.packages], check=False)
        if result.returncode != 0:
            raise MissingSystem(f"pip could not install {' '.join(needed.packages)}")
    return str(own)


def _has(python: str, modules: tuple[str, ...]) -> bool:
    code = f"import importlib.util as u, sys; sys.exit(not all(u.find_spec(m) for m in {modules!r}))"
    try:
        return subprocess.run([python, "-c", code], check=False, capture_output=True, cwd=ROOT).returncode == 0
    except OSError:
        return False
