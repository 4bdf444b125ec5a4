"""Logs that are worked out when somebody looks at them: between slices most callbacks do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property


class WhenAsked(Mapping[str, float]):
    """A mapping that calls ``results`` once, at the first look.

    >>> logs = WhenAsked(lambda: {"loss": 0.5})
    >>> dict(logs), logs["loss"], len(logs)
    ({'loss': 0.5}, 0.5, 1)
    """

    def __init__(self, results: Callable[[], Mapping[str, float]]) -> None:
        self._work_out = results

    @cached_property
    def _results(self) -> Mapping[str, float]:
        return self._work_out()

    def __getitem__(self, name: str) -> float:
        return self._results[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._results)

    def __len__(self) -> int:
        return len(self._results)
