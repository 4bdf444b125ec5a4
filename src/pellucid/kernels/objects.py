"""Compiled code in files: kept once it has been compiled, then linked by LLVM alone, without a compiler's start-up and memory.

A file holds one function: a line of JSON that describes it, then an object file as the machine's linkers know it. The line
carries a checksum of all that it says and of the code: what was damaged is compiled anew, never run.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pellucid.atomic import write_bytes
from pellucid.kernels import blas, system

SUFFIX = ".object"

# Numba's wrapper of a function that might raise refers to these. Kernels do not raise; if one did, nothing could go on.
_NEVER_CALLED = (
    "NRT_Free",
    "numba_do_raise",
    "numba_gil_ensure",
    "numba_gil_release",
    "numba_runtime_build_excinfo_struct",
    "numba_unpickle",
)


@dataclass(frozen=True)
class Object:
    """One compiled function.

    Args:
        symbol: what the function is called in the code.
        needs: names of kernels that it calls, by the symbols by which it does.
        code: an object file.
    """

    symbol: str
    needs: Mapping[str, str]
    code: bytes

    def write(self, path: Path) -> None:
        """Keep it in a file, whole or not at all."""
        about = {"symbol": self.symbol, "needs": dict(self.needs), "sha256": self._checksum()}
        write_bytes(path, json.dumps(about).encode() + b"\n" + self.code)

    @classmethod
    def read(cls, path: Path) -> Object | None:
        """What is kept in a file; None where there is none, or a damaged one."""
        try:
            line, _, code = path.read_bytes().partition(b"\n")
            about = json.loads(line)
            found = cls(about["symbol"], about["needs"], code)
            return found if about["sha256"] == found._checksum() else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _checksum(self) -> str:
        said = json.dumps([self.symbol, sorted(self.needs.items())]).encode()
        return hashlib.sha256(len(said).to_bytes(8, "little") + said + self.code).hexdigest()


def link(symbols: Mapping[str, int], linked: Object) -> int:
    """The function's address, for good.

    Args:
        symbols: addresses of the kernels that it needs.
        linked: what to link.
    """
    from llvmlite import binding

    engine = _engine()
    for symbol, address in symbols.items():
        binding.add_symbol(symbol, address)
    engine.add_object_file(binding.ObjectFileRef.from_data(linked.code))
    engine.finalize_object()
    return int(engine.get_function_address(linked.symbol))


@cache
def _engine() -> Any:
    from llvmlite import binding

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    machine = binding.Target.from_default_triple().create_target_machine()
    abort = ctypes.cast(ctypes.pythonapi.Py_FatalError, ctypes.c_void_p).value
    for symbol in _NEVER_CALLED:
        if not binding.address_of_symbol(symbol):
            binding.add_symbol(symbol, abort)
    for symbol, address in {**blas.addresses(), **system.addresses()}.items():
        binding.add_symbol(symbol, address)
    blas.keep_to_one_thread()
    return binding.create_mcjit_compiler(binding.parse_assembly(""), machine)
