"""The large fuzzing: ``python -m tests.fuzz --files 100000``. Each loader in a process of its own, of bounded memory."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile

from tests.fuzz.campaign import fuzz
from tests.fuzz.loaders import LOADERS


def main() -> None:
    parser = argparse.ArgumentParser(description="Load mutated files by every loader: ours must be the only errors.")
    parser.add_argument("--files", type=int, default=100_000, help="over all loaders")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--loaders", nargs="+", choices=LOADERS, default=list(LOADERS))
    parser.add_argument("--kept", default=tempfile.gettempdir(), help="folder for the files that failed")
    arguments = parser.parse_args()
    statuses = []
    for name in arguments.loaders:
        files = arguments.files // len(arguments.loaders)
        process = multiprocessing.get_context("spawn").Process(target=fuzz, args=(name, files, arguments.seed, arguments.kept))
        process.start()
        process.join()
        statuses.append(process.exitcode)
        if process.exitcode not in (0, 1):
            print(f"{name}: the process ended with {process.exitcode}", flush=True)
    sys.exit(any(statuses))


if __name__ == "__main__":
    main()
