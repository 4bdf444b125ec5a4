"""``pellucid info``: versions, threads, kernels, caches, data sets."""

from __future__ import annotations

from pellucid.cli.outcome import reports_failures

EXAMPLES = """
[bold]Example[/bold]

  pellucid info     [dim]put its output into a report of a fault[/dim]
"""


@reports_failures
def info() -> None:
    """Print versions, threads, how kernels run, where things are cached, and which data sets are on this machine."""
    import os
    import platform
    from importlib.metadata import version

    import pellucid
    from pellucid.cli.console import console, print_facts
    from pellucid.datasets import fashion_mnist, mnist
    from pellucid.engine.team import num_threads
    from pellucid.errors import DatasetUnavailable
    from pellucid.kernels import library

    facts = {
        "Pellucid": pellucid.__version__,
        "Python": f"{platform.python_version()} on {platform.platform()}",
        **{package: version(package) for package in ("numpy", "scipy", "numba", "scikit-learn")},
        "threads": f"{num_threads()} of {os.cpu_count()} processors (PELLUCID_THREADS, --threads)",
        "kernels": f"{library.mode()} (PELLUCID_KERNELS)",
    }
    if library.mode() == "compiled":
        state = "compiled" if library.is_cached() else "not compiled yet"
        facts["kernel cache"] = f"{library.cache_folder()} ({state})"
    facts["digits"] = "with scikit-learn"
    for dataset in (mnist.DATASET, fashion_mnist.DATASET):
        try:
            facts[dataset.name] = str(dataset.locate(tuple(dataset.sha256), fetch=False))
        except DatasetUnavailable:
            facts[dataset.name] = f"not here; fetched into {dataset.cache} when first used"
    print_facts(console(), facts)
