"""SciPy's BLAS is found without the package around it, and stays the one that others import."""

from __future__ import annotations

import subprocess
import sys

import pytest

FIRST = "from pellucid.kernels import blas; found = blas.addresses()"
LATER = "import scipy.linalg, scipy.linalg.cython_blas as module; assert scipy.linalg.cython_blas is module"


def run(*lines: str) -> None:
    result = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_the_package_is_not_imported_for_it() -> None:
    run(FIRST, "import sys; assert 'scipy.linalg' not in sys.modules and 'numpy.f2py' not in sys.modules")


@pytest.mark.parametrize("order", [(FIRST, LATER), (LATER, FIRST)], ids=["before", "after"])
def test_it_is_the_module_that_others_import(order: tuple[str, str]) -> None:
    """The same library, so that its threads are those that are set here; and SciPy works."""
    used = "assert blas.addresses() == found and len(blas._setters()) == 1; blas.keep_to_one_thread()"
    product = "import numpy as np; a = np.ones((3, 3), np.float32); assert (scipy.linalg.blas.sgemm(1.0, a, a) == 3).all()"
    run(*order, used, product)
