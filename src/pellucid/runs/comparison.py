"""Comparing runs: the settings that differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.runs.run import Run


def differences(runs: Sequence[Run]) -> dict[str, list[Any]]:
    """Name -> each run's value (None where it has none), of settings, data, versions and machine, where they are not all equal.

    >>> from pellucid.runs.run import State
    >>> one, other = (Run(f"{i}", State.FINISHED, "", settings={"rate": i, "loss": "mse"}) for i in (1, 2))
    >>> differences([one, other])
    {'rate': [1, 2]}
    """
    tables = [_flat(run) for run in runs]
    names = dict.fromkeys(name for table in tables for name in table)
    columns = {name: [table.get(name) for table in tables] for name in names}
    return {name: values for name, values in columns.items() if any(value != values[0] for value in values)}


def _flat(run: Run) -> dict[str, Any]:
    """Settings by their names; of the rest what a result depends on. Who was recorded by Python may have settings in settings."""
    flat: dict[str, Any] = {}
    for name, value in run.settings.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{inner}": v for inner, v in value.items()}
        else:
            flat[name] = value
    flat["data"] = run.data.get("name", flat.get("data"))
    flat["data fingerprint"] = str(run.data.get("fingerprint", ""))[:12] or None
    flat |= {f"version of {name}": value for name, value in run.versions.items()}
    return flat | {f"machine's {name}": value for name, value in run.machine.items()}
