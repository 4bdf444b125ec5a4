"""Finding and Report: what is wrong, with the numbers that tell it, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a training.

    Args:
        name: of the check, such as "labels_shifted".
        what: what was seen, in a sentence.
        numbers: what it rests on, by name, in the order in which they are told.
        cause: the likely one.
        remedy: what to do about it.
    """

    name: str
    what: str
    numbers: Mapping[str, Any] = field(default_factory=dict)
    cause: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        numbers = ", ".join(f"{name} {shown(value)}" for name, value in self.numbers.items())
        parts = [f"{self.name}: {self.what}", f"  numbers  {numbers}", f"  cause    {self.cause}", f"  remedy   {self.remedy}"]
        return "\n".join(part for part in parts if part.split(maxsplit=1)[1:])


@dataclass(frozen=True)
class Report:
    """All findings, the likely culprit first.

    Args:
        findings: in the order of `pellucid.doctor.CHECKS`: causes before their symptoms.
        looked_at: what was examined, in a line.
        skipped: checks that failed themselves, by name, with the error.
    """

    findings: Sequence[Finding] = ()
    looked_at: str = ""
    skipped: Mapping[str, str] = field(default_factory=dict)

    @property
    def healthy(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    @property
    def names(self) -> list[str]:
        """The findings' names, in order."""
        return [finding.name for finding in self.findings]

    def __str__(self) -> str:
        return "\n".join([self._headline(), *map(str, self.findings)])

    def to_json(self) -> dict[str, Any]:
        """The report as JSON can hold it; numbers that are not finite as text."""
        findings = [{**asdict(f), "numbers": {name: _plain(value) for name, value in f.numbers.items()}} for f in self.findings]
        return {"healthy": self.healthy, "looked_at": self.looked_at, "findings": findings, "skipped": dict(self.skipped)}

    def show(self, screen: Console | None = None) -> None:
        """Print the report as a table."""
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        screen = screen or Console(highlight=False)
        screen.print(Text(self._headline()), soft_wrap=True)
        if self.healthy:
            return
        made = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        made.add_column(style="dim", no_wrap=True)
        for number, finding in enumerate(self.findings, 1):
            made.add_row("", "")
            made.add_row(f"{number}", Text(finding.name, "bold"))
            made.add_row("what", Text(finding.what))
            numbers = [f"{name}: {shown(value)}" for name, value in finding.numbers.items()]
            made.add_row("numbers", Text("\n".join(numbers)))
            made.add_row("likely cause", Text(finding.cause))
            made.add_row("remedy", Text(finding.remedy))
        screen.print(made)

    def _headline(self) -> str:
        found = "nothing wrong was found" if self.healthy else f"{len(self.findings)} found, the likely culprit first"
        looked_at = f" ({self.looked_at})" if self.looked_at else ""
        failed = f"; could not be checked: {', '.join(self.skipped)}" if self.skipped else ""
        return f"Doctor: {found}{looked_at}{failed}"


def shown(value: Any) -> str:
    """A number with three or four digits; what is no float as it is.

    >>> shown(0.000123456), shown(3), shown(float("inf"))
    ('0.0001235', '3', 'inf')
    """
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    return str(value)
