"""Dense layers: product, bias and activation on rows that are still in cache; the three products of the derivative.

Products with few columns run in register tiles (``tiles``), with large matrices and no more than some hundred rows in panels
(``large_product``), others in BLAS; the gradient of a single sample, an outer product, in one pass over the weights that packs
nothing (``single_row``). Each was measured to be the fastest where it stands.
"""

from __future__ import annotations

import numpy as np

from pellucid.kernels import single_row
from pellucid.kernels.base import OK, address_of, float32s, float64s, inner, kernel, share, stack_float32s, unpack
from pellucid.kernels.columns import add_column_sums
from pellucid.kernels.fused_activation import add_bias
from pellucid.kernels.large_product import large_product
from pellucid.kernels.layout import FEWEST_COLUMNS, LARGE, MOST_COLUMNS, PRODUCT_ROOM
from pellucid.kernels.product import sgemm
from pellucid.kernels.tiles import HAVE_TILES, block_product, product_of_rows, small_product, transposed_product_of_rows
from pellucid.kernels.transposition import transpose_block
from pellucid.kernels.vectors import LANES

MANY_ROWS = 128  # of a rank, from which on tiles beat BLAS for many columns, too
LARGEST_TURNED = MOST_COLUMNS * MOST_COLUMNS  # float32s of a transposed weight matrix on the stack
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
        if _suits_tiles(count, outputs):
            small_product(count, outputs, inputs, np.float32(1), here, 4 * inputs, 4, w, there, 0)
        elif _suits_blocks(count, inputs, outputs):
            block_product(count, outputs, inputs, np.float32(1), here, 4 * inputs, 4, w, 4 * outputs, there, 4 * outputs, 0)
        else:
            sgemm(False, False, count, outputs, inputs, 1.0, here, inputs, w, outputs, 0.0, there, outputs)
        _finish(activation, count, outputs, b, there)
    return OK


@kernel
def forward_by_columns(arguments, rank, ranks):
    """y = f(x @ w + b), y by columns: of a large w each rank lays out for its product only what it multiplies by."""
    rows, per_row, inputs, outputs, activation, x, w, b, y, room = unpack(arguments, 10)
    low, high = _columns(outputs, rank, ranks)
    own, here, there = room + 4 * PRODUCT_ROOM * rank, w + 4 * low, y + 4 * low
    count, one, row = rows * per_row, np.float32(1), 4 * outputs
    large_product(count, high - low, inputs, one, x, 4 * inputs, 0, here, row, 0, there, row, 0, own)
    for i in range(count):
        add_bias(activation, high - low, float32s(b, low), float32s(y, i * outputs + low))
    return OK


@kernel
def input_gradient_by_columns(arguments, rank, ranks):
    """dx (+)= grad @ w^T, dx by columns."""
    rows, per_row, inputs, outputs, accumulate, grad, w, dx, room = unpack(arguments, 9)
    low, high = _columns(inputs, rank, ranks)
    own, here, there = room + 4 * PRODUCT_ROOM * rank, w + 4 * low * outputs, dx + 4 * low
    count, one, row = rows * per_row, np.float32(1), 4 * outputs
    large_product(count, high - low, outputs, one, grad, row, 0, here, row, 1, there, 4 * inputs, accumulate, own)
    return OK


@kernel
def forward_by_inputs(arguments, rank, ranks):
    """This rank's part of x @ w: the sum over its share of the inputs. w by rows; parts, as large as y, one for each rank."""
    rows, per_row, inputs, outputs, x, w, parts = unpack(arguments, 7)
    low, high = share(inputs, rank, ranks)
    count = rows * per_row
    here, own, there = x + 4 * low, w + 4 * low * outputs, parts + 4 * rank * count * outputs
    if _suits_tiles(count, outputs):
        small_product(count, outputs, high - low, np.float32(1), here, 4 * inputs, 4, own, there, 0)
    else:
        sgemm(False, False, count, outputs, high - low, 1.0, here, inputs, own, outputs, 0.0, there, outputs)
    return OK


@kernel
def add_parts(arguments, rank, ranks):
    """y = f(sum of parts + b). parts whole; y by rows."""
    rows, per_row, _, outputs, activation, parts, b, y = unpack(arguments, 8)
    low, high = share(rows, rank, ranks)
    first, last = low * per_row * outputs, high * per_row * outputs
    out = float32s(y, first)
    for part in range(ranks):
        source = float32s(parts, part * rows * per_row * outputs + first)
        for i in range(last - first):
            out[i] = source[i] if part == 0 else out[i] + source[i]
    _finish(activation, (high - low) * per_row, outputs, b, y + 4 * first)
    return OK


@kernel
def forward_of_rows(arguments, rank, ranks):
    """y = f(x @ w + b), where x is a table of its rows' addresses for each rank; by rows."""
    rows, _, inputs, outputs, activation, x, w, b, y = unpack(arguments, 9)
    low, high = share(rows, rank, ranks)
    step = 64 + IN_CACHE // (outputs + 1)
    for i in range(low, high, step):
        count, there = min(step, high - i), y + 4 * i * outputs
        product_of_rows(count, outputs, inputs, np.float32(1), 0, x + 8 * (rank * rows + i), 4, w, there, 0)
        _finish(activation, count, outputs, b, there)
    return OK


@kernel
def forward_by_inputs_of_rows(arguments, rank, ranks):
    """As ``forward_by_inputs``, where x is a table of its rows' addresses for each rank."""
    rows, _, inputs, outputs, x, w, parts = unpack(arguments, 7)
    low, high = share(inputs, rank, ranks)
    own, there = w + 4 * low * outputs, parts + 4 * rank * rows * outputs
    product_of_rows(rows, outputs, high - low, np.float32(1), 4 * low, x + 8 * rank * rows, 4, own, there, 0)
    return OK


@kernel
def weight_gradient_of_rows(arguments, rank, ranks):
    """dw (+)= x^T @ grad, where x is a table of its rows' addresses for each rank. dw by rows."""
    rows, _, inputs, outputs, accumulate, x, grad, dw = unpack(arguments, 8)
    low, high = share(inputs, rank, ranks)
    table, there = x + 8 * rank * rows, dw + 4 * low * outputs
    transposed_product_of_rows(high - low, outputs, rows, np.float32(1), 4 * low, table, grad, there, accumulate)
    return OK


@kernel
def weight_gradient_of_rows_sgd(arguments, rank, ranks):
    """w -= rate * x^T @ grad, where x is a table of its rows' addresses for each rank. w by rows."""
    rows, _, inputs, outputs, x, grad, w, rate = unpack(arguments, 8)
    low, high = share(inputs, rank, ranks)
    alpha, table, there = np.float32(-float64s(rate, 0)[0]), x + 8 * rank * rows, w + 4 * low * outputs
    transposed_product_of_rows(high - low, outputs, rows, alpha, 4 * low, table, grad, there, 1)
    return OK


@kernel
def input_gradient(arguments, rank, ranks):
    """dx (+)= grad @ w^T. grad and dx by rows; w whole."""
    rows, per_row, inputs, outputs, accumulate, grad, w, dx = unpack(arguments, 8)
    low, high = share(rows, rank, ranks)
    first, count = low * per_row, (high - low) * per_row
    here, there = grad + 4 * first * outputs, dx + 4 * first * inputs
    wide, tall = (inputs + LANES - 1) // LANES * LANES, (outputs + LANES - 1) // LANES * LANES
    if count == 1:
        _add_row_by_transpose(inputs, outputs, accumulate, here, w, there)
        return OK
    in_tiles = _suits_tiles(count, inputs) or _suits_blocks(count, outputs, inputs)
    if in_tiles and wide * tall <= LARGEST_TURNED:
        turned = address_of(stack_float32s(LARGEST_TURNED))
        for j in range(0, inputs, LANES):
            for i in range(0, outputs, LANES):
                to = turned + 4 * (i * wide + j)
                transpose_block(inputs - j, outputs - i, w + 4 * (j * outputs + i), 4 * outputs, to, 4 * wide)
        row = 4 * inputs
        block_product(count, inputs, outputs, np.float32(1), here, 4 * outputs, 4, turned, 4 * wide, there, row, accumulate)
        return OK
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
def weight_gradient_in_panels(arguments, rank, ranks):
    """dw (+)= x^T @ grad for a large dw and few samples. Shares as in ``weight_gradient``."""
    rows, per_row, inputs, outputs, accumulate, x, grad, room, dw = unpack(arguments, 9)
    low, high = share(inputs, rank, ranks)
    _add_in_panels(rows * per_row, inputs, outputs, low, high, 1.0, accumulate, x, grad, dw, room + 4 * PRODUCT_ROOM * rank)
    return OK


@kernel
def weight_gradient_in_panels_sgd(arguments, rank, ranks):
    """w -= rate * x^T @ grad, as ``weight_gradient_in_panels``."""
    rows, per_row, inputs, outputs, x, grad, room, w, rate = unpack(arguments, 9)
    low, high = share(inputs, rank, ranks)
    step = -float64s(rate, 0)[0]
    _add_in_panels(rows * per_row, inputs, outputs, low, high, step, 1, x, grad, w, room + 4 * PRODUCT_ROOM * rank)
    return OK


@kernel
def bias_gradient_sgd(arguments, rank, ranks):
    """b -= rate * sum of grad's rows. Shares as in ``bias_gradient``."""
    rows, per_row, _, outputs, grad, b, rate = unpack(arguments, 7)
    low, high = share(outputs, rank, ranks)
    add_column_sums(rows * per_row, outputs, low, high, -float64s(rate, 0)[0], grad, b)
    return OK


@inner
def _columns(columns, rank, ranks):
    """First and last+1 of this rank's columns, in whole cache lines where rows are."""
    low, high = share((columns + 15) // 16, rank, ranks)
    return min(16 * low, columns), min(16 * high, columns)


@inner
def _add_row_by_transpose(inputs, outputs, add, grad, w, dx):
    """dx (+)= grad @ w^T of a single row: of each row of w the product with grad."""
    g, out = float32s(grad, 0), float32s(dx, 0)
    for j in range(inputs):
        row = float32s(w, j * outputs)
        total = np.float32(0)
        for i in range(outputs):
            total += g[i] * row[i]
        out[j] = total + out[j] if add != 0 else total


@inner
def _suits_tiles(rows, columns):
    """Whether register tiles beat BLAS: measured from 17 columns up, where more than a few rows share what is read of B."""
    return HAVE_TILES and (rows >= 4 or rows == 1) and FEWEST_COLUMNS <= columns <= MOST_COLUMNS


@inner
def _suits_blocks(rows, inputs, outputs):
    """The same of more columns, where the matrix stays in cache as it is, and many rows meet it."""
    return HAVE_TILES and rows >= MANY_ROWS and outputs > MOST_COLUMNS and inputs * outputs < LARGE


@inner
def _finish(activation, rows, columns, bias, y):
    """y = f(y + b) in place."""
    for i in range(rows):
        add_bias(activation, columns, float32s(bias, 0), float32s(y, i * columns))


@inner
def _add_transposed_product(batch, inputs, outputs, low, high, alpha, add, x, grad, out):
    """Rows low..high of out (+)= alpha * x^T @ grad."""
    here, there = x + 4 * low, out + 4 * low * outputs
    if batch == 1 and HAVE_TILES:
        single_row.outer_product(outputs, low, high, np.float32(alpha), add, x, grad, out)
    elif batch == 1:
        _add_outer_product(outputs, low, high, np.float32(alpha), add, x, grad, out)
    elif _suits_tiles(batch, outputs):
        small_product(high - low, outputs, batch, np.float32(alpha), here, 4, 4 * inputs, grad, there, 1 if add else 0)
    elif _suits_blocks(batch, inputs, outputs):
        row = 4 * outputs
        block_product(high - low, outputs, batch, np.float32(alpha), here, 4, 4 * inputs, grad, row, there, row, 1 if add else 0)
    else:
        beta = 1.0 if add else 0.0
        sgemm(True, False, high - low, outputs, batch, alpha, here, inputs, grad, outputs, beta, there, outputs)


@inner
def _add_in_panels(batch, inputs, outputs, low, high, alpha, add, x, grad, out, room):
    """Rows low..high of out (+)= alpha * x^T @ grad."""
    here, there, row = x + 4 * low, out + 4 * low * outputs, 4 * outputs
    large_product(high - low, outputs, batch, np.float32(alpha), here, 4 * inputs, 1, grad, row, 0, there, row, add, room)


@inner
def _add_outer_product(outputs, low, high, alpha, add, x, grad, out):
    """Rows low..high of out (+)= alpha * x^T grad for a single sample, where vectors are shorter than a cache line."""
    sample, g = float32s(x, 0), float32s(grad, 0)
    for k in range(low, high):
        factor = alpha * sample[k]
        row = float32s(out, k * outputs)
        if add:
            for j in range(outputs):
                row[j] += factor * g[j]
        else:
            for j in range(outputs):
                row[j] = factor * g[j]
