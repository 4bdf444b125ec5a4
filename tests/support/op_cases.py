"""Example inputs for every operation: a class without a case fails tests/ops/test_every_op.py."""

from __future__ import annotations

from pellucid.autodiff import Op
from tests.support.fused_op_cases import FUSED_CASES
from tests.support.op_case import Case

__all__ = ["CASES", "Case"]

CASES: dict[type[Op], list[Case]] = {**FUSED_CASES}
