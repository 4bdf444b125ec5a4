"""Scan: a recurrent cell run over the steps of a sequence, as one operation; what all cells share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from pellucid.autodiff import Op, Spec, Tensor, as_tensor
from pellucid.errors import ArgumentError, ShapeError
from pellucid.kernels.call import Access, Buffer, Call, Share, reads, writes

PANEL = 64  # as in kernels.panels


@dataclass(frozen=True)
class Scan(Op):
    """A cell over time: x (batch, time, gates * units) is the inputs' share of all sums, made by one product before.

    The state after the step at time t stands at t, also where the steps run ``go_backwards``, from the last time to the first.
    A step that the mask hides leaves the state as it was. ``mask`` is (batch, time) of booleans, or (0, 0): all steps count.
    An initial state is (batch, units), or (1, units) for all samples.
    """

    go_backwards: bool = False

    gates: ClassVar[int] = 1

    def check(self, x: Spec, w: Spec, mask: Spec, **states: Spec) -> tuple[int, int, int]:
        """Batch, time and units.

        Raises:
            ShapeError: a shape does not fit, or there is no step.
        """
        width = w.shape[1] if w.ndim == 2 else 0
        if w.ndim != 2 or width != self.gates * w.shape[0] or width == 0:
            raise ShapeError(f"the recurrent kernel must be (units, {self.gates} * units). Received {w}.")
        if x.ndim != 3 or x.shape[-1] != width:
            raise ShapeError(f"x must be (batch, time, {width}), as the recurrent kernel has {width} columns. Received {x}.")
        batch, time, units = *x.shape[:2], w.shape[0]
        if time == 0:
            raise ShapeError(f"a sequence must have at least one step. Received x {x}.")
        for name, state in states.items():
            if state.ndim != 2 or state.shape[1] != units or state.shape[0] not in (1, batch):
                raise ShapeError(
                    f"the initial state {name} must be ({batch}, {units}): batch and units; or (1, {units}) for all samples. "
                    f"Received {state}."
                )
        if mask.dtype != np.bool_:
            raise ArgumentError(f"the mask must be of booleans. Received {mask}. Compare it: mask != 0.")
        if mask.shape not in ((0, 0), (batch, time)):
            raise ShapeError(f"the mask must be ({batch}, {time}): batch and time. Received {mask}.")
        return batch, time, units

    def order(self, x: Any) -> list[int]:
        """The times in the order of the steps."""
        times = list(range(x.shape[1]))
        return times[::-1] if self.go_backwards else times


def chosen(xp: Any, mask: Any, t: int, there: Any, hidden: Any) -> Any:
    """``there`` for the samples that have a step at time t, ``hidden`` for the others."""
    return xp.where(mask[:, t, None], there, hidden) if mask.size else there


def over_time(xp: Any, values: dict[int, Any]) -> Any:
    """(batch, time, ...) from the values of each time."""
    return xp.stack([values[t] for t in sorted(values)], axis=1)


def times_transposed(xp: Any, a: Any, b: Any) -> Any:
    """Sum over samples and times of a^T b: the gradient of a kernel that all steps share."""
    return a.reshape(-1, a.shape[-1]).T @ b.reshape(-1, b.shape[-1])


def to_initial(xp: Any, d: Any, state: Spec) -> Any:
    """The gradient of an initial state: summed over the samples where they share it."""
    return d if state.shape[0] == d.shape[0] else xp.sum(d, axis=0, keepdims=True)


def no_mask() -> Tensor:
    """The mask that hides nothing."""
    return as_tensor(np.zeros((0, 0), np.bool_))


def as_mask(mask: Any) -> Tensor:
    """``mask`` as booleans; None hides nothing."""
    if mask is None:
        return no_mask()
    found = as_tensor(mask)
    return found if found.dtype == np.bool_ else found != 0


# --- bindings ---------------------------------------------------------------------------------------------------------------


def scratch(name: str, *shape: int) -> Buffer:
    """Memory that the calls of one binding use among themselves."""
    return Buffer(shape, np.float32, name)


def packed(w: Buffer, *, first: int = 0, columns: int | None = None, transposed: bool = False) -> tuple[Call, Buffer]:
    """The call that lays out columns of ``w``, or their transpose, in panels for `kernels.panels`, and the panels."""
    rows, width = w.shape
    columns = width if columns is None else columns
    depth, across = (columns, rows) if transposed else (rows, columns)
    panels = scratch("panels", -(-across // PANEL), depth, PANEL)
    kernel = "panels.pack_transposed" if transposed else "panels.pack"
    return Call(kernel, depth, across, first, width, reads(w), writes(panels)), panels


def reads_state(state: Buffer, batch: int) -> tuple[bool, Access]:
    """Whether each sample has an initial state of its own, and the access."""
    own = state.rows == batch
    return own, reads(state, Share.ROWS if own else Share.ALL)


def one_for_all(states: Sequence[Buffer | Spec], into: Sequence[Buffer | None], batch: int) -> bool:
    """Whether a gradient is asked for of a state that all samples share: a sum over them, left to the reference."""
    return any(target is not None and state.shape[0] != batch for state, target in zip(states, into, strict=True))
