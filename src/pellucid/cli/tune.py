"""``pellucid tune``: a search for the settings that suit the data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from pellucid.cli.outcome import reports_failures

EXAMPLES = """
[bold]Examples[/bold]

  pellucid tune digits
  pellucid tune wine.csv --target kind --trials 40
  pellucid tune digits --learning-rate 1e-4,1e-2 --weight-decay 0 --optimizer adam --width 32,512
  pellucid tune --study digits-search-001            [dim]go on with a search, after whatever stopped it[/dim]
  pellucid tune --study digits-search-001 --trials 60    [dim]or add trials to it[/dim]
  pellucid tune digits --compare                     [dim]what pruning saves: random search with and without[/dim]
"""
DEFAULTS: dict[str, Any] = {
    "learning_rate": "1e-4,1e-1",
    "weight_decay": "1e-4,1e-1",
    "optimizer": ["adam", "sgd"],
    "layers": "1,3",
    "width": "16,256",
    "sampler": "tpe",
    "pruner": "median",
    "seed": 0,
    "target": None,
    "model": None,
    "epochs": None,
    "batch_size": None,
    "loss": None,
    "validation_split": None,
    "category": None,
    "ignore": None,
    "balance": False,
}
_TRIALS = 20


@reports_failures
def tune(
    data: Annotated[str | None, typer.Argument(help="digits, mnist, fashion-mnist, FILE.npz, FILE.csv, FILE.parquet")] = None,
    target: Annotated[str | None, typer.Option(metavar="COLUMN", help="the column of a table to be predicted")] = None,
    trials: Annotated[int | None, typer.Option(min=1, help=f"how many in all ({_TRIALS})")] = None,
    study: Annotated[
        str | None, typer.Option(metavar="NAME", help="of the search, and its folder; one that is there is gone on with")
    ] = None,
    learning_rate: Annotated[
        str | None, typer.Option(metavar="LOW,HIGH", help=f"range, or one value ({DEFAULTS['learning_rate']})")
    ] = None,
    weight_decay: Annotated[
        str | None, typer.Option(metavar="LOW,HIGH", help=f"range, or one value; 0 for none ({DEFAULTS['weight_decay']})")
    ] = None,
    optimizer: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="one to choose from; repeatable (adam, sgd)")
    ] = None,
    layers: Annotated[str | None, typer.Option(metavar="LOW,HIGH", help=f"hidden layers ({DEFAULTS['layers']})")] = None,
    width: Annotated[str | None, typer.Option(metavar="LOW,HIGH", help=f"units in each ({DEFAULTS['width']})")] = None,
    batch_size: Annotated[
        list[int] | None, typer.Option(min=1, help="one to choose from; repeatable (what suits the data)")
    ] = None,
    model: Annotated[str | None, typer.Option(metavar="NAME", help="this network, instead of --layers and --width")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="of a trial, at most")] = None,
    sampler: Annotated[
        str | None, typer.Option(metavar="tpe|random", help="learn from the trials before (tpe), or choose blindly")
    ] = None,
    pruner: Annotated[
        str | None, typer.Option(metavar="median|halving|none", help="how trials without hope are given up (median)")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=2**32 - 1, help="the same seed gives the same trials, bit for bit (0)")
    ] = None,
    loss: Annotated[str | None, typer.Option(metavar="NAME", help="cross-entropy for labels, mse for numbers")] = None,
    validation_split: Annotated[
        float | None, typer.Option(min=0.01, max=0.9, help="part of the training data held out to choose by")
    ] = None,
    category: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="a column whose numbers are names, such as postcodes; repeatable")
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="COLUMN", help="a column to leave out; repeatable")] = None,
    balance: Annotated[bool | None, typer.Option("--balance", help="let each class count alike")] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="random search twice, with and without pruning, and what each cost")
    ] = False,
    root: Annotated[Path, typer.Option("--in", metavar="FOLDER", help="the folder of runs")] = Path("runs"),
    threads: Annotated[int | None, typer.Option(min=1, help="all processors where not given")] = None,
    data_dir: Annotated[Path | None, typer.Option(metavar="FOLDER", help="where the files of mnist or fashion-mnist are")] = None,
    language: Annotated[str, typer.Option(metavar="en|ko", help="of the figure's labels")] = "en",
) -> None:
    """Search for the learning rate, weight decay, optimizer and sizes of the lowest validation loss.

    Each trial is a run (pellucid runs --study NAME). The result is a table, a figure of what mattered and of the best curves, and
    the command that trains with the best settings. The test set is not looked at. Needs Optuna, which the extra tune installs.
    """
    asked = {name: value for name, value in locals().items() if value is not None and (name == "data" or name in DEFAULTS)}
    from pellucid.cli.console import console
    from pellucid.cli.search import import_optuna
    from pellucid.cli.searches import begin, compare_pruning, conclude, progress

    import_optuna()
    screen = console()
    if compare:
        compare_pruning(screen, root, study, asked, DEFAULTS, trials or _TRIALS, threads, data_dir)
        return
    search = begin(root, study, asked, DEFAULTS, threads, data_dir)
    total = max(trials or _TRIALS, len(search.trials()) if trials is None else 0)
    try:
        search.run(total, progress(screen, search, total))
    except KeyboardInterrupt:
        screen.print(f"\nInterrupted. To go on: pellucid tune --study {search.name} --trials {total}", markup=False)
        conclude(screen, search, language, data_dir)
        raise
    conclude(screen, search, language, data_dir)
