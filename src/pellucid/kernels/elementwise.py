"""What kernels of elementwise functions are made of: one loop over this rank's rows, the function compiled into it.

The kernel of a function f is ``values(f, arguments, rank, ranks)``, that of its derivative ``gradients(slope, arguments, ...)``.
Each function has kernels of its own, so that a program compiles those that it uses.
"""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import OK, float32s, inlined, inner, kernel, share, unpack
from pellucid.kernels.mathematics import erf32, exp32, expm1_32, log32


@inner
def values(function, arguments, rank, ranks):
    """y = function(x), by rows."""
    rows, row_size, x, y = unpack(arguments, 4)
    low, high = share(rows, rank, ranks)
    given, out = float32s(x, low * row_size), float32s(y, low * row_size)
    for i in range((high - low) * row_size):
        out[i] = function(given[i])
    return OK


@inner
def gradients(slope, arguments, rank, ranks):
    """dx (+)= grad * slope(kept), where what is kept is x or y, by rows."""
    rows, row_size, accumulate, kept, grad, dx = unpack(arguments, 6)
    low, high = share(rows, rank, ranks)
    given, g, d = float32s(kept, low * row_size), float32s(grad, low * row_size), float32s(dx, low * row_size)
    for i in range((high - low) * row_size):
        d[i] = g[i] * slope(given[i]) + (d[i] if accumulate != 0 else np.float32(0))
    return OK


@inlined
def _itself(y):
    return y


@inlined
def _plus_one(y):
    return y + np.float32(1)


@inlined
def _reciprocal(x):
    return np.float32(1) / x


@inlined
def _erf_slope(x):
    return np.float32(1.1283791670955126) * exp32(-x * x)  # 2 / sqrt(pi)


@kernel
def exp(arguments, rank, ranks):
    """y = e^x."""
    return values(exp32, arguments, rank, ranks)


@kernel
def exp_gradient(arguments, rank, ranks):
    """dy/dx = y."""
    return gradients(_itself, arguments, rank, ranks)


@kernel
def expm1(arguments, rank, ranks):
    """y = e^x - 1."""
    return values(expm1_32, arguments, rank, ranks)


@kernel
def expm1_gradient(arguments, rank, ranks):
    """dy/dx = y + 1."""
    return gradients(_plus_one, arguments, rank, ranks)


@kernel
def log(arguments, rank, ranks):
    """y = log x."""
    return values(log32, arguments, rank, ranks)


@kernel
def log_gradient(arguments, rank, ranks):
    """dy/dx = 1 / x."""
    return gradients(_reciprocal, arguments, rank, ranks)


@kernel
def erf(arguments, rank, ranks):
    """y = erf x."""
    return values(erf32, arguments, rank, ranks)


@kernel
def erf_gradient(arguments, rank, ranks):
    """dy/dx = 2 / sqrt(pi) e^(-x^2)."""
    return gradients(_erf_slope, arguments, rank, ranks)
