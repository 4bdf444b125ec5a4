"""Keras on JAX, for parity tests: imported once, without what it warns of on the way."""

from __future__ import annotations

import os
import warnings
from typing import Any

import pytest


def import_keras() -> Any:
    """Keras; skips the calling module where the extra 'parity' is not installed."""
    os.environ.setdefault("KERAS_BACKEND", "jax")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("jax", reason="needs the extra 'parity'")
        return pytest.importorskip("keras", reason="needs the extra 'parity'")
