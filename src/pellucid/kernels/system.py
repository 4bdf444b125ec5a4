"""How a thread gives way: the operating system's own functions, under the names by which compiled code calls them."""

from __future__ import annotations

import ctypes
import sys

if sys.platform == "win32":
    YIELD_SYMBOL, NAP_SYMBOL = "pellucid_yield", "pellucid_nap"
    NAP = 1  # milliseconds
else:
    YIELD_SYMBOL, NAP_SYMBOL = "sched_yield", "usleep"
    NAP = 50  # microseconds


def addresses() -> dict[str, int]:
    """Where the functions are that compiled code would not find by itself."""
    if sys.platform != "win32":
        return {}
    kernel = ctypes.WinDLL("kernel32")
    functions = {YIELD_SYMBOL: kernel.SwitchToThread, NAP_SYMBOL: kernel.Sleep}
    return {name: int(ctypes.cast(function, ctypes.c_void_p).value or 0) for name, function in functions.items()}
