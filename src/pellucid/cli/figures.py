"""``pellucid figures``: pictures of how networks learn."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pellucid.cli.outcome import ExitCode, failing_with, reports_failures

EXAMPLES = """
[bold]Examples[/bold]

  pellucid figures                                   [dim]what there is[/dim]
  pellucid figures cost --out cost.svg
  pellucid figures optimizers --out optimizers.png --theme dark --language ko
  pellucid figures all --out pictures                [dim]each of them into a folder, as .png[/dim]
"""
ALL = "all"


@reports_failures
def figures(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="a figure, or all; the list of them where not given")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="ends in .png or .svg; a folder for all (NAME.png here)")
    ] = None,
    theme: Annotated[str, typer.Option(metavar="light|dark", help="for light or for dark paper")] = "light",
    language: Annotated[str, typer.Option(metavar="en|ko", help="of the labels")] = "en",
    dataset: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="digits, mnist or fashion-mnist to train on; mnist where its files are, else digits"),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="of what is random in a figure")] = 0,
    quick: Annotated[bool, typer.Option("--quick", help="train for a moment only, to see how the figure looks")] = False,
) -> None:
    """Draw a figure: the functions, paths and curves that explain how networks learn, computed anew by this machine.

    Some train networks, which takes up to a minute.
    """
    from pellucid.cli.console import console
    from pellucid.figures import registry
    from pellucid.figures.fonts import families
    from pellucid.figures.picture import Settings, checked_path
    from pellucid.figures.text import checked_language
    from pellucid.figures.themes import checked_theme

    screen = console()
    spoken, chosen = checked_language(language), checked_theme(theme)
    if name is None:
        width = max(map(len, registry.PICTURES)) + 3
        for picture in registry.PICTURES.values():
            screen.print(f"{picture.name:<{width}}{picture.title.said(spoken)}", markup=False)
        return
    settings = Settings(quick=quick, dataset=dataset, seed=seed)
    if name == ALL:
        folder = out or Path()
        files = {picture: folder / f"{picture.name}.png" for picture in registry.PICTURES.values()}
    else:
        files = {registry.get(name): checked_path(out or Path(f"{name}.png"))}
    families(spoken)  # refuses before a minute's work rather than after
    for picture, file in files.items():
        with failing_with(ExitCode.RUN):
            file.parent.mkdir(parents=True, exist_ok=True)
        data = picture.compute(settings)
        with failing_with(ExitCode.RUN):
            picture.save(data, file, language=spoken, theme=chosen.name)
        screen.print(str(file), markup=False)
