"""The benchmark program: ``python -m benchmarks --help``."""

from __future__ import annotations

import argparse
import os
import sys
from importlib.metadata import version
from pathlib import Path

from benchmarks import ceilings, fit, record, report, scaling, startup
from benchmarks.environments import ENVIRONMENTS, FLOOR, TRAINING, interpreters
from benchmarks.epochs import report as epochs
from benchmarks.fused import section as fused
from benchmarks.memory import report as memory
from benchmarks.starts import report as starts
from benchmarks.steps import LossMismatch, compare
from benchmarks.workloads import WORKLOADS

OTHERS = ("fit", "fused", "import", "starts", "memory", "growth", "scaling", "epochs")


def main() -> int:
    options = _parse()
    pythons = interpreters(options.python)
    systems = options.systems or list(ENVIRONMENTS)
    chosen = options.only or [*(w.name for w in WORKLOADS), *OTHERS]
    versions = {name: version(name) for name in ("pellucid", "numpy", "scipy", "numba")}
    limits = ceilings.measure(pythons[FLOOR], options.threads)
    sections: list[str] = []
    rows: list[record.Row] = []
    refused = 0
    for workload in (w for w in WORKLOADS if w.name in chosen):
        known = {name: pythons[name] for name in systems if name in (workload.systems or TRAINING)}
        try:
            result = compare(workload, known, rounds=options.rounds, threads=options.threads, install=options.install)
        except LossMismatch as reason:  # this row may not be compared; the others may
            sections.append(f"### {workload.title}\n\n**Not compared**: {reason}.")
            refused += 1
            continue
        for row in result.measured.values():
            versions.update(row.versions)
        sections.append(report.comparison_section(result, limits))
        ratio = record.row_of(result, limits)
        rows += [] if ratio is None else [ratio]
    if "fit" in chosen:
        sections.append(fit.section(pythons, options.rounds, options.threads, install=options.install))
    if "fused" in chosen:
        sections.append(fused.section(pythons, options.rounds, options.threads, install=options.install))
    if "import" in chosen:
        sections.append(startup.section(pythons, options.rounds, install=options.install))
    if "starts" in chosen:
        sections.append(starts.section(pythons, options.rounds, install=options.install))
    if "memory" in chosen:
        sections.append(memory.section(pythons, install=options.install))
    if "growth" in chosen:
        sections.append(memory.growth_section(pythons, install=options.install))
    if "epochs" in chosen:
        sections.append(epochs.section(pythons, options.rounds, options.threads, options.data_dir, install=options.install))
    curves = []
    if "scaling" in chosen:
        curves = scaling.measure(pythons, options.rounds, options.threads, install=options.install)
        sections.append(scaling.section(curves))
    machine = report.machine_section(versions, options.rounds, options.threads)
    text = report.document([machine, ceilings.section(limits), *sections])
    print(text)
    if options.record:
        record.write(options.record, machine, rows, curves)
    if options.out:
        options.out.write_text(text, encoding="utf-8", newline="\n")
    return 1 if refused else 0


def _parse() -> argparse.Namespace:
    names = [*(w.name for w in WORKLOADS), *OTHERS]
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Training steps, import and memory of Pellucid beside other systems. Run it on a quiet machine.",
        epilog=f"Systems: {', '.join(ENVIRONMENTS)}. Example: "
        "python -m benchmarks --rounds 15 --python ~/frameworks/bin/python --out benchmarks/RESULTS.md",
    )
    parser.add_argument("--rounds", type=int, default=9, help="alternating rounds (default: 9)")
    parser.add_argument("--only", action="append", choices=names, metavar="NAME", help=f"some of: {', '.join(names)}")
    parser.add_argument("--systems", nargs="+", choices=list(ENVIRONMENTS), metavar="SYSTEM", help="these alone")
    parser.add_argument(
        "--python", action="append", default=[], metavar="[SYSTEM=]PATH", help="the interpreter of a system, or of all not named"
    )
    parser.add_argument("--install", action="store_true", help="make an environment for each system that is missing")
    parser.add_argument("--threads", type=int, default=_cores(), help="for systems that can be told (default: all cores)")
    parser.add_argument(
        "--data-dir", type=Path, metavar="FOLDER", help="where Fashion-MNIST lies (default: where Pellucid looks)"
    )
    parser.add_argument("--record", type=Path, metavar="FILE", help="where to write the ratios, for `python -m benchmarks.guard`")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write the tables")
    return parser.parse_args()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    sys.exit(main())
