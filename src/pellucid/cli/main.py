"""The command ``pellucid``: its subcommands, and where they are."""

from __future__ import annotations

import typer
from typer.core import TyperCommand, TyperGroup

from pellucid.cli import doctor, evaluate, figures, generate, info, predict, runs, summary, train, tune
from pellucid.cli.help import paragraphs, with_examples
from pellucid.cli.outcome import ExitCode

_EXIT_CODES = "\n".join(
    f"  {int(code):>3}  {meaning}"
    for code, meaning in {
        ExitCode.OK: "done",
        ExitCode.INTERNAL: "a fault of Pellucid's: please report it",
        ExitCode.USAGE: "an unknown command, option or name, or a value that breaks its rule",
        ExitCode.DATA: "data that is not here, not readable, or does not fit the model",
        ExitCode.RUN: "a run folder or file that is not here, damaged, or must not be written",
        ExitCode.FOUND: "pellucid doctor found something wrong with a run",
        ExitCode.INTERRUPTED: "Ctrl-C; what was trained until then is written",
    }.items()
)

EXAMPLES = f"""
[bold]Examples[/bold]

  pellucid train
  pellucid train fashion-mnist --epochs 5
  pellucid evaluate runs/digits-001 digits
  pellucid runs

[bold]Exit codes[/bold]

{_EXIT_CODES}
"""

app = typer.Typer(
    name="pellucid",
    help="Neural networks you can see through: train them on an ordinary CPU, and look at all that happens.",
    cls=with_examples(TyperGroup, EXAMPLES),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
for module in (train, tune, evaluate, predict, generate, summary, doctor, figures, info):
    name = module.__name__.rpartition(".")[2]
    command = getattr(module, name)
    app.command(name, help=paragraphs(command), cls=with_examples(TyperCommand, module.EXAMPLES))(command)

runs_app = typer.Typer(cls=with_examples(TyperGroup, runs.EXAMPLES), rich_markup_mode="rich", invoke_without_command=True)
runs_app.callback(help=paragraphs(runs.runs))(runs.runs)
for command, examples in (
    (runs.show, runs.SHOW_EXAMPLES),
    (runs.compare, runs.COMPARE_EXAMPLES),
    (runs.delete, runs.DELETE_EXAMPLES),
    (runs.rebuild, runs.REBUILD_EXAMPLES),
):
    runs_app.command(command.__name__, help=paragraphs(command), cls=with_examples(TyperCommand, examples))(command)
app.add_typer(runs_app, name="runs")


def main() -> None:
    """What the installed command ``pellucid`` runs."""
    app(prog_name="pellucid")
