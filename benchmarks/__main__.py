"""The benchmark program: ``python -m benchmarks --help``."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from benchmarks import ceilings, fit, record, report, scaling, startup
from benchmarks.environments import ENVIRONMENTS, FLOOR, TRAINING, interpreters
from benchmarks.epochs import report as epochs
from benchmarks.fused import section as fused
from benchmarks.memory import report as memory
from benchmarks.starts import report as starts
from benchmarks.steps import LossMismatch, compare
from benchmarks.worker import PATIENCE
from benchmarks.workloads import WORKLOADS

OTHERS = ("fit", "fused", "import", "starts", "memory", "growth", "scaling", "epochs")


@dataclass
class Run:
    """What was measured so far. Both files are written anew after each part: an end in between loses that part alone."""

    options: argparse.Namespace
    limits: ceilings.Ceilings
    versions: dict[str, str]
    sections: list[str] = field(default_factory=list)
    rows: list[record.Row] = field(default_factory=list)
    curves: list[scaling.Curve] = field(default_factory=list)
    text: str = ""

    def add(self, section: str) -> None:
        self.sections.append(section)
        machine = report.machine_section(self.versions, self.options.rounds, self.options.threads)
        self.text = report.document([machine, ceilings.section(self.limits), *self.sections])
        if self.options.record:
            record.write(self.options.record, machine, self.rows, self.curves)
        if self.options.out:
            self.options.out.write_text(self.text, encoding="utf-8", newline="\n")


def main() -> int:
    options = _parse()
    pythons = interpreters(options.python)
    systems = options.systems or list(ENVIRONMENTS)
    chosen = options.only or [*(w.name for w in WORKLOADS), *OTHERS]
    rounds, threads, install = options.rounds, options.threads, options.install
    limits = ceilings.measure(pythons[FLOOR], threads)
    run = Run(options, limits, {name: version(name) for name in ("pellucid", "numpy", "scipy", "numba")})
    refused = 0
    for workload in (w for w in WORKLOADS if w.name in chosen):
        known = {name: pythons[name] for name in systems if name in (workload.systems or TRAINING)}
        try:
            result = compare(workload, known, rounds=rounds, threads=threads, install=install, patience=options.patience)
        except LossMismatch as reason:  # this row may not be compared; the others may
            run.add(f"### {workload.title}\n\n**Not compared**: {reason}.")
            refused += 1
            continue
        for measured in result.measured.values():
            run.versions.update(measured.versions)
        ratio = record.row_of(result, limits)
        run.rows += [] if ratio is None else [ratio]
        run.add(report.comparison_section(result, limits))
    if "fit" in chosen:
        run.add(fit.section(pythons, rounds, threads, install=install))
    if "fused" in chosen:
        run.add(fused.section(pythons, rounds, threads, install=install))
    if "import" in chosen:
        run.add(startup.section(pythons, rounds, install=install))
    if "starts" in chosen:
        run.add(starts.section(pythons, rounds, install=install))
    if "memory" in chosen:
        run.add(memory.section(pythons, install=install))
    if "growth" in chosen:
        run.add(memory.growth_section(pythons, install=install))
    if "epochs" in chosen:
        run.add(epochs.section(pythons, rounds, threads, options.data_dir, install=install))
    if "scaling" in chosen:
        run.curves = scaling.measure(pythons, rounds, threads, install=install)
        run.add(scaling.section(run.curves))
    print(run.text)
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
        "--patience",
        type=float,
        default=PATIENCE,
        metavar="SECONDS",
        help="for one answer of a system, compiling included, before it is given up and reported (default: %(default)g)",
    )
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
