"""Scan: a recurrent cell run over the steps of a sequence, as one operation; what all cells share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from pellucid.autodiff import Op, Spec, Tensor, as_tensor
from pellucid.errors import ArgumentError, ShapeError
from pellucid.kernels.call import Access, Buffer, Call, Scratch, Share, reads, updates, writes
from pellucid.kernels.layout import PANEL


@dataclass(frozen=True)
class Scan(Op):
    """A cell over time: x (batch, time, features) times a kernel k, and the state before times a recurrent kernel w.

    The result is the state after each step, (batch, time, units); or, without ``sequences``, the last one, (batch, units). The
    state after the step at time t stands at t, also where the steps run ``go_backwards``, from the last time to the first.
    A step that the mask hides leaves the state as it was. ``mask`` is (batch, time) of booleans, or (0, 0): all steps count.
    An initial state is (batch, units), or (1, units) for all samples.
    """

    go_backwards: bool = False
    sequences: bool = True

    gates: ClassVar[int] = 1

    def check(self, x: Spec, k: Spec, w: Spec, mask: Spec, **states: Spec) -> tuple[int, int, int]:
        """Batch, time and units.

        Raises:
            ShapeError: a shape does not fit, or there is no step.
        """
        width = w.shape[1] if w.ndim == 2 else 0
        if w.ndim != 2 or width != self.gates * w.shape[0] or width == 0:
            raise ShapeError(f"the recurrent kernel must be (units, {self.gates} * units). Received {w}.")
        if k.ndim != 2 or k.shape[1] != width:
            raise ShapeError(
                f"the kernel must be (features, {width}), as the recurrent kernel has as many columns. Received {k}."
            )
        if x.ndim != 3 or x.shape[-1] != k.shape[0]:
            raise ShapeError(f"x must be (batch, time, {k.shape[0]}), as the kernel has {k.shape[0]} rows. Received {x}.")
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

    def output_spec(self, x: Spec, width: int, *others: Spec) -> Spec:
        """Of the states, or the last one, each of ``width`` numbers."""
        shape = (*x.shape[:2], width) if self.sequences else (x.shape[0], width)
        return Spec(shape, np.result_type(x.dtype, *(other.dtype for other in others)))

    def states_spec(self, x: Spec, w: Spec, y: Spec) -> Spec:
        """Of the states as they are kept: of all steps, where the output is the last one; else none, as the output has them."""
        return Spec((x.shape[0], 0 if self.sequences else x.shape[1], w.shape[0]), y.dtype)

    def order(self, x: Any) -> list[int]:
        """The times in the order of the steps."""
        times = list(range(x.shape[1]))
        return times[::-1] if self.go_backwards else times


def chosen(xp: Any, mask: Any, t: int, there: Any, hidden: Any) -> Any:
    """``there`` for the samples that have a step at time t, ``hidden`` for the others."""
    return xp.where(mask[:, t, None], there, hidden) if mask.size else there


def only_present(xp: Any, x: Any, mask: Any) -> Any:
    """``x`` with 0 where the mask hides a step, so that nothing that stands there gets into a sum."""
    return xp.where(mask[..., None], x, 0) if mask.size else x


def over_time(xp: Any, values: dict[int, Any]) -> Any:
    """(batch, time, ...) from the values of each time."""
    return xp.stack([values[t] for t in sorted(values)], axis=1)


def steps_of(xp: Any, grad: Any, sequences: bool, order: Sequence[int]) -> dict[int, Any]:
    """dL/dy at each time: where the output is the last state, that of the last step."""
    if sequences:
        return {t: grad[:, t] for t in order}
    return {t: grad if t == order[-1] else xp.zeros_like(grad) for t in order}


def before_each(xp: Any, states: Any, first: Any, order: Sequence[int]) -> dict[int, Any]:
    """The state before each step."""
    return {t: states[:, order[i - 1]] if i else xp.broadcast_to(first, states[:, t].shape) for i, t in enumerate(order)}


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


def packed(*matrices: Buffer, first: int = 0, columns: int | None = None) -> tuple[list[Call], Buffer]:
    """The calls that lay out columns of matrices, one above the other, in panels for `kernels.panels`, and the panels."""
    columns = matrices[0].shape[1] if columns is None else columns
    depth, at = sum(m.rows for m in matrices), 0
    panels = Buffer((-(-columns // PANEL), depth, PANEL), np.float32, "panels")
    calls = []
    for m in matrices:
        access = updates(panels) if at else writes(panels)
        calls.append(Call("panels.pack", depth, at, m.rows, columns, first, m.shape[1], reads(m), access))
        at += m.rows
    return calls, panels


def packed_transposed(w: Buffer, *, first: int = 0, columns: int | None = None) -> tuple[Call, Buffer]:
    """The call that lays out the transpose of columns of ``w``, and the panels."""
    depth = w.shape[1] if columns is None else columns
    panels = Buffer((-(-w.rows // PANEL), depth, PANEL), np.float32, "panels")
    return Call("panels.pack_transposed", depth, w.rows, first, w.shape[1], reads(w), writes(panels)), panels


def state_access(state: Buffer, batch: int) -> tuple[bool, Access]:
    """Whether each sample has an initial state of its own, and the access."""
    own = state.rows == batch
    return own, reads(state, Share.ROWS if own else Share.ALL)


def temporary(name: str, *shape: int) -> Buffer:
    """Memory that the calls of one binding use among themselves."""
    return Buffer(shape, np.float32, name)


def added_up(sums: Scratch, *targets: Buffer | None, sizes: Sequence[int]) -> list[Call]:
    """The calls that add up what the ranks summed, one part after the other, each of so many numbers; None is left out."""
    calls, first = [], 0
    for target, size in zip(targets, sizes, strict=True):
        if target is not None:
            row = (target.rows, target.row_size)
            calls.append(Call("steps.add_up", *row, sums.row_size, first, reads(sums), writes(target)))
        first += size
    return calls


def one_for_all(states: Sequence[Buffer | Spec], into: Sequence[Buffer | None], batch: int) -> bool:
    """Whether a gradient is asked for of a state that all samples share: a sum over them, left to the reference."""
    return any(target is not None and state.shape[0] != batch for state, target in zip(states, into, strict=True))
