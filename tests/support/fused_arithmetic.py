"""The arithmetic of another machine: an exponential by Tang's table with fused multiply-adds, and a fused dot product.

What NumPy computes with is chosen for the processor that it finds. On one with AVX-512 its exponential has been Tang's, and
OpenBLAS's product of a vector and a matrix fuses each product into the sum. Both are written out here, so that numbers printed on
such a machine come out to the last bit on any.

Source: Tang, "Table-driven implementation of the exponential function in IEEE floating-point arithmetic", 1989.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import math
import struct
from collections.abc import Callable
from decimal import Decimal, localcontext

import numpy as np
import numpy.typing as npt
import pytest

Array = npt.NDArray[np.float64]
TABLE = 32
# e^r - 1 ~ r + A1 r^2 + ... + A5 r^6 on [-log 2 / 64, log 2 / 64]
A1, A2, A3 = 0.5, 1.66666666665260878863e-01, 4.16666666662260795726e-02
A4, A5 = 8.33336798434219616221e-03, 1.38889490863777199667e-03


def fused_multiply_add() -> Callable[[float, float, float], float]:
    """``a * b + c``, rounded once; skips the test where neither Python nor the C library has it."""
    if hasattr(math, "fma"):
        own: Callable[[float, float, float], float] = math.fma
        return own
    library = ctypes.util.find_library("m")
    if library is None:
        pytest.skip("needs math.fma, of Python 3.13, or the C library's")
    function = ctypes.CDLL(library).fma
    function.restype, function.argtypes = ctypes.c_double, [ctypes.c_double] * 3
    return function


def _parts() -> tuple[list[float], list[float], float, float, float]:
    """2^(j/32) as a number and its rest; log 2 / 32 as a number of few bits and its rest; 32 / log 2."""
    with localcontext() as context:
        context.prec = 60
        powers = [Decimal(2) ** (Decimal(j) / TABLE) for j in range(TABLE)]
        heads = [float(p) for p in powers]
        tails = [float(p - Decimal(h)) for p, h in zip(powers, heads, strict=True)]
        step = Decimal(2).ln() / TABLE
        (bits,) = struct.unpack("<Q", struct.pack("<d", float(step)))
        (short,) = struct.unpack("<d", struct.pack("<Q", bits & ~((1 << 28) - 1)))
        return heads, tails, short, float(step - Decimal(short)), float(1 / step)


class FusedArithmetic:
    """``sigmoid`` and ``affine`` of small float64 vectors, to the bit."""

    def __init__(self) -> None:
        self.fma = fused_multiply_add()
        self.heads, self.tails, self.step, self.step_rest, self.steps_in_1 = _parts()

    def exp(self, x: float) -> float:
        """x = (32 m + j) log 2 / 32 + r, so e^x = 2^m 2^(j/32) e^r."""
        fma = self.fma
        n = round(x * self.steps_in_1)
        j, m = n % TABLE, n // TABLE
        r_high, r_low = fma(-n, self.step, x), -n * self.step_rest
        r = fma(-n, self.step_rest, r_high)
        q = r_high + fma(r * r, fma(r, fma(r, fma(r, fma(r, A5, A4), A3), A2), A1), r_low)
        return math.ldexp(fma(self.heads[j] + self.tails[j], q, self.tails[j]) + self.heads[j], m)

    def sigmoid(self, x: Array) -> Array:
        return np.array([1 / (1 + self.exp(-v)) for v in x.tolist()])

    def affine(self, x: Array, w: Array, b: Array) -> Array:
        columns = []
        for column in w.T.tolist():
            total = 0.0
            for value, weight in zip(x.tolist(), column, strict=True):
                total = self.fma(value, weight, total)
            columns.append(total)
        return np.array(columns) + b
