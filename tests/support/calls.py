"""Kernel calls, run by hand: each rank in turn on this thread, as `stepped` does."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import numpy as np

from pellucid.kernels import base, library
from pellucid.kernels.call import Call

_KERNEL = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)


def run_calls(calls: Sequence[Call], ranks: int = 1) -> None:
    """Run ``calls`` in order; every rank must report OK."""
    for call in calls:
        block = np.array(call.block(), np.int64)
        function = _KERNEL(library.load(call.kernel))
        for rank in range(ranks):
            status = function(block.ctypes.data, rank, ranks)
            assert status == base.OK, f"{call.kernel}: rank {rank} of {ranks} reported status {status}"
