"""S4.2: squared error 0.0975 and 0.5975, cross-entropy 0.510825 and 2.302584, to the lecture's 17 digits."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.scratch import cross_entropy_error, mean_squared_error

TARGET = np.array([0, 0, 1, 0, 0, 0, 0, 0, 0, 0])
LIKELY_2 = np.array([0.1, 0.05, 0.6, 0.0, 0.05, 0.1, 0.0, 0.1, 0.0, 0.0])
LIKELY_7 = np.array([0.1, 0.05, 0.1, 0.0, 0.05, 0.1, 0.0, 0.6, 0.0, 0.0])


@pytest.mark.parametrize(("y", "printed"), [(LIKELY_2, "0.097500000000000031"), (LIKELY_7, "0.59750000000000003")])
def test_s4_2_mean_squared_error(y, printed):
    """Half of .01 + .0025 + .16 + .0025 + .01 + .01 = .195; half of .01 + .0025 + .81 + .0025 + .01 + .36 = 1.195."""
    assert f"{mean_squared_error(y, TARGET):.17g}" == printed


@pytest.mark.parametrize(("y", "printed"), [(LIKELY_2, "0.51082545709933802"), (LIKELY_7, "2.3025840929945458")])
def test_s4_2_cross_entropy_error(y, printed):
    """-log(0.6 + 1e-7) and -log(0.1 + 1e-7)."""
    assert f"{cross_entropy_error(y, TARGET):.17g}" == printed
    assert f"{cross_entropy_error(y, 2):.17g}" == printed
