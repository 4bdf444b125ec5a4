"""What this processor can do, as far as it decides how something is computed. Imports no Numba."""

from __future__ import annotations

from functools import cache


@cache
def has_wide_vectors() -> bool:
    """Whether there are 32 vector registers of 16 floats (AVX-512): what register tiles are made for."""
    import llvmlite.binding

    return bool(llvmlite.binding.get_host_cpu_features().get("avx512f", False))
