"""A small crash test; the large one is ``python -m tests.crash``."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")
def test_a_training_that_is_killed_and_starved_ends_as_if_nothing_had_happened() -> None:
    """A process of its own: this one has threads, which a fork would lose."""
    command = [sys.executable, "-m", "tests.crash", "--kills", "8", "--faults", "0.006", "--kinds", "steps"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert "8 killed" in done.stdout
    assert "byte for byte alike" in done.stdout
