"""``pellucid generate``: text from a language model, character by character."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pellucid.cli.outcome import ExitCode, Failure, reports_failures

EXAMPLES = """
[bold]Examples[/bold]

  pellucid train book.txt --model gru:256
  pellucid generate runs/book-001 --prompt "It was"
  pellucid generate runs/book-001 --prompt "It was" --temperature 0.5 --length 1000
  pellucid generate runs/book-001 --prompt "It was" --top-k 5 --seed 7
"""


@reports_failures
def generate(
    run: Annotated[Path, typer.Argument(help="a folder that pellucid train FILE.txt has written")],
    prompt: Annotated[str, typer.Option(help="how the text begins")],
    length: Annotated[int, typer.Option(min=0, help="characters to write")] = 400,
    temperature: Annotated[
        float, typer.Option(min=0, help="below 1 the likely becomes likelier, above 1 all becomes alike; 0: always the likeliest")
    ] = 1.0,
    top_k: Annotated[int | None, typer.Option(min=1, help="draw from this many likeliest characters alone")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="the same seed writes the same text")] = 0,
) -> None:
    """Write on from a prompt with a network that has learned from a text.

    The prompt is written, too. A recurrent network's state is carried from character to character; nothing is read twice.
    """
    import sys

    from pellucid.cli.run_folder import RunFolder
    from pellucid.networks import Writer

    folder = RunFolder.open(run)
    if folder.record().get("task") != "language-model":
        raise Failure(
            f"{run}: this run does not write. Train one on a text: `pellucid train FILE.txt --model lstm`.", ExitCode.USAGE
        )
    writer = Writer(folder.model())
    drawn = writer.tokens(prompt, temperature, top_k, seed)
    sys.stdout.write(prompt)
    for _ in range(length):
        sys.stdout.write(writer.vocabulary.decode([next(drawn)]))
        sys.stdout.flush()
    sys.stdout.write("\n")
