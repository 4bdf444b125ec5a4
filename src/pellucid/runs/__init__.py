"""Runs: what was trained, on what, how, and with what result, in an embedded database beside the run folders."""

from pellucid.runs.database import RunDatabase
from pellucid.runs.recorder import Recorder
from pellucid.runs.run import Run, State

__all__ = ["Recorder", "Run", "RunDatabase", "State"]
