"""Products of matrices in pairs, one after the other; each rank its share of the pairs."""

from __future__ import annotations

from pellucid.kernels.base import OK, kernel, share, unpack
from pellucid.kernels.product import sgemm


@kernel
def products(arguments, rank, ranks):
    """y (+)= a @ b for each of the pairs: y (m, n), the sum over k; a and b as they lie or transposed."""
    rows, per_row, m, n, k, turn_a, turn_b, accumulate, a, b, y = unpack(arguments, 11)
    low, high = share(rows, rank, ranks)
    beta = 1.0 if accumulate != 0 else 0.0
    leading_a, leading_b = m if turn_a != 0 else k, k if turn_b != 0 else n
    for i in range(low * per_row, high * per_row):
        first, second, out = a + 4 * i * m * k, b + 4 * i * k * n, y + 4 * i * m * n
        sgemm(turn_a != 0, turn_b != 0, m, n, k, 1.0, first, leading_a, second, leading_b, beta, out, n)
    return OK
