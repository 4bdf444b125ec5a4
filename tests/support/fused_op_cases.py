"""Cases of the operations that fuse several steps, or that networks are made of."""

from __future__ import annotations

from pellucid.autodiff import Op
from tests.support.op_case import Case

FUSED_CASES: dict[type[Op], list[Case]] = {}
