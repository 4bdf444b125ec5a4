"""The help of commands: their docstrings, and examples below."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from typer.core import TyperCommand, TyperGroup

from pellucid.cli.console import console


def with_examples(base: type[TyperCommand] | type[TyperGroup], examples: str) -> type[Any]:
    """A class of command whose help ends with this text, lines kept as they are (of an epilog Typer re-breaks them)."""

    class WithExamples(base):  # type: ignore[valid-type, misc]
        def format_help(self, ctx: Any, formatter: Any) -> None:
            super().format_help(ctx, formatter)
            console().print(examples.rstrip())

    return WithExamples


def paragraphs(command: Callable[..., Any]) -> str:
    """The docstring with each paragraph on one line, to be broken anew where the terminal ends."""
    text = inspect.getdoc(command) or ""
    return "\n\n".join(paragraph.replace("\n", " ") for paragraph in text.split("\n\n"))
