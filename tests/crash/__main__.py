"""The large crash test: ``python -m tests.crash --kills 200``."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from tests.crash.training import KINDS
from tests.crash.trials import Trials


def main() -> None:
    parser = argparse.ArgumentParser(description="Kill and starve trainings, resume them, and compare how they end.")
    parser.add_argument("--kills", type=int, default=200, help="kills at random moments, over all kinds")
    parser.add_argument("--faults", type=float, default=0.0, help="share of (operation of the disk, fault) pairs to try, 0 to 1")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pellucid-crash-") as work:
        for index, kind in enumerate(arguments.kinds):
            begun = time.monotonic()
            trials = Trials(Path(work), kind, arguments.seed)
            kills = arguments.kills // len(arguments.kinds) + (index < arguments.kills % len(arguments.kinds))
            trials.kill_at_random(kills)
            trials.faults(arguments.faults)
            counts = ", ".join(f"{count} {what}" for what, count in trials.counts.items())
            print(
                f"{kind}: undisturbed {trials.seconds:.2f} s, {len(trials.operations)} operations of the disk; {counts}; all "
                f"ended byte for byte alike ({time.monotonic() - begun:.0f} s)",
                flush=True,
            )


if __name__ == "__main__":
    main()
