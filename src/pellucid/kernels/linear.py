"""Dense layers: product, bias and activation on rows that are still in cache; the three products of the derivative.

The products are BLAS's down to a batch of two; measured, only the gradient of a single sample, an outer product, is done
faster by a plain loop, which passes over the weights once and packs nothing.
"""

from __future__ import annotations

import numpy as np

from pellucid.kernels.activation import RELU, SIGMOID, TANH
from pellucid.kernels.base import OK, float32s, float64s, inner, kernel, share, unpack
from pellucid.kernels.blas import sgemm
from pellucid.kernels.columns import add_column_sums
from pellucid.kernels.mathematics import sigmoid32, tanh32

IN_CACHE = 65_536  # float32s of output that stay in the second-level cache until bias and activation are applied


@kernel
def forward(arguments, rank, ranks):
    """y = f(x @ w + b). x and y by rows; w and b whole."""
    rows, per_row, inputs, outputs, activation, x, w, b, y = unpack(arguments, 9)
    low, high = share(rows, rank, ranks)
    last = high * per_row
    step = 64 + IN_CACHE // (outputs + 1)
    for i in range(low * per_row, last, step):
        count = last - i if last - i < step else step
        here, there = x + 4 * i * inputs, y + 4 * i * outputs
        sgemm(False, False, count, outputs, inputs, 1.0, here, inputs, w, outputs, 0.0, there, outputs)
        _finish(activation, count, outputs, b, there)
    return OK


@kernel
def input_gradient(arguments, rank, ranks):
    """dx (+)= grad @ w^T. grad and dx by rows; w whole."""
    rows, per_row, inputs, outputs, accumulate, grad, w, dx = unpack(arguments, 8)
    low, high = share(rows, rank, ranks)
    first, count = low * per_row, (high - low) * per_row
    here, there = grad + 4 * first * outputs, dx + 4 * first * inputs
    beta = 1.0 if accumulate != 0 else 0.0
    sgemm(False, True, count, inputs, outputs, 1.0, here, outputs, w, outputs, beta, there, inputs)
    return OK


@kernel
def weight_gradient(arguments, rank, ranks):
    """dw (+)= x^T @ grad. dw by rows, so this rank reads a slice of x's columns; grad whole."""
    rows, per_row, inputs, outputs, accumulate, x, grad, dw = unpack(arguments, 8)
    low, high = share(inputs, rank, ranks)
    _add_transposed_product(rows * per_row, inputs, outputs, low, high, 1.0, accumulate != 0, x, grad, dw)
    return OK


@kernel
def bias_gradient(arguments, rank, ranks):
    """db (+)= sum of grad's rows. db by entries; grad whole."""
    rows, per_row, _, outputs, accumulate, grad, db = unpack(arguments, 7)
    low, high = share(outputs, rank, ranks)
    out = float32s(db, 0)
    if accumulate == 0:
        for j in range(low, high):
            out[j] = 0
    add_column_sums(rows * per_row, outputs, low, high, 1.0, grad, db)
    return OK


@kernel
def weight_gradient_sgd(arguments, rank, ranks):
    """w -= rate * x^T @ grad: gradient and step of plain SGD in one product. Shares as in ``weight_gradient``."""
    rows, per_row, inputs, outputs, x, grad, w, rate = unpack(arguments, 8)
    low, high = share(inputs, rank, ranks)
    _add_transposed_product(rows * per_row, inputs, outputs, low, high, -float64s(rate, 0)[0], True, x, grad, w)
    return OK


@kernel
def bias_gradient_sgd(arguments, rank, ranks):
    """b -= rate * sum of grad's rows. Shares as in ``bias_gradient``."""
    rows, per_row, _, outputs, grad, b, rate = unpack(arguments, 7)
    low, high = share(outputs, rank, ranks)
    add_column_sums(rows * per_row, outputs, low, high, -float64s(rate, 0)[0], grad, b)
    return OK


@inner
def _finish(activation, rows, columns, bias, y):
    """y = f(y + b) in place."""
    b = float32s(bias, 0)
    for i in range(rows):
        z = float32s(y, i * columns)
        if activation == RELU:
            for j in range(columns):
                v = z[j] + b[j]
                z[j] = np.float32(0) if v < 0 else v  # keeps NaN
        elif activation == SIGMOID:
            for j in range(columns):
                z[j] = sigmoid32(z[j] + b[j])
        elif activation == TANH:
            for j in range(columns):
                z[j] = tanh32(z[j] + b[j])
        else:
            for j in range(columns):
                z[j] += b[j]


@inner
def _add_transposed_product(batch, inputs, outputs, low, high, alpha, add, x, grad, out):
    """Rows low..high of out (+)= alpha * x^T @ grad."""
    if batch != 1:
        beta = 1.0 if add else 0.0
        here, there = x + 4 * low, out + 4 * low * outputs
        sgemm(True, False, high - low, outputs, batch, alpha, here, inputs, grad, outputs, beta, there, outputs)
        return
    sample, g = float32s(x, 0), float32s(grad, 0)
    for k in range(low, high):
        factor = np.float32(alpha) * sample[k]
        row = float32s(out, k * outputs)
        if add:
            for j in range(outputs):
                row[j] += factor * g[j]
        else:
            for j in range(outputs):
                row[j] = factor * g[j]
