"""One recurrent cell from step to step, forward and back, with nothing thrown away: the equations behind `through_time`.

A training keeps of each step what the update needs. Here every gate, every state and every gradient of them is kept, and the
gradient may be cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.ops.gru import Gru
from pellucid.ops.lstm import Lstm
from pellucid.ops.scan import Scan, before_each, only_present, over_time, steps_of
from pellucid.ops.simple_rnn import SimpleRnn

Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class StepsBack:
    """A recurrence there and back. Arrays are (batch, time, ...).

    Args:
        values: by textbook names: the gates, and the states after each step.
        sums: what the gates are functions of.
        states: dL/d of each state after its step, by all ways: through the step's output and through all later steps. "h", and
            "c" of an LSTM.
        d_sums: with respect to the sums' inputs, x_t kernel + bias.
        factors: pairs (a, d): what a_t^T d_t is in columns of the recurrent kernel's gradient, side by side.
        initial: with respect to the states before the first step.
    """

    values: dict[str, Array]
    sums: Array
    states: dict[str, Array]
    d_sums: Array
    factors: tuple[tuple[Array, Array], ...]
    initial: tuple[Array, ...]


def steps_back(
    op: Scan, inputs: Mapping[str, Array], y: Array, saved: Mapping[str, Array], grad: Array, cut: int | None
) -> StepsBack:
    """Go back through the steps of a scan.

    Args:
        op: the scan.
        inputs: the scan's, by the names of its parameters.
        y, saved: what it gave and kept.
        grad: dL/dy.
        cut: after each so many steps back, the gradient that earlier states would get from later ones is 0; None for never.
    """
    given, order = dict(inputs), op.order(inputs["x"])
    units = inputs["w"].shape[0]
    states = y[..., :units] if op.sequences else saved["states"]
    way = _Way(op, inputs["x"], inputs["mask"], cut)
    biases = inputs["b"] if inputs["b"].ndim == 2 else (inputs["b"], np.zeros_like(inputs["b"]))
    given["x"] = only_present(np, inputs["x"], inputs["mask"]) @ inputs["k"] + biases[0]
    given["b"] = biases[1]
    given["previous"] = over_time(np, before_each(np, states, inputs["h"], order))
    grad = over_time(np, steps_of(np, grad, op.sequences, order))
    if isinstance(op, SimpleRnn):
        return _simple_rnn(way, op, given, states, grad)
    if isinstance(op, Lstm):
        given["before"] = over_time(np, before_each(np, saved["cells"], inputs["c"], order))
        return _lstm(way, op, given, states, saved, grad)
    assert isinstance(op, Gru)
    return _gru(way, op, given, states, saved["activated"], grad)


class _Way:
    """The steps of a recurrence, the latest first; which samples have them; and where the gradient is cut."""

    def __init__(self, op: Scan, x: Array, mask: Array, cut: int | None) -> None:
        self.times = list(reversed(op.order(x)))
        self.there = mask[:, :, None] if mask.size else np.ones((*x.shape[:2], 1), np.bool_)
        self.cut = cut

    def __iter__(self) -> Iterator[tuple[int, Array, bool]]:
        """Time, who has a step there, and whether the gradient ends behind it."""
        for number, t in enumerate(self.times, 1):
            yield t, self.there[:, t], self.cut is not None and number % self.cut == 0 and number < len(self.times)


def _simple_rnn(way: _Way, op: SimpleRnn, inputs: Mapping[str, Array], y: Array, grad: Array) -> StepsBack:
    """dz_t = d_t f'(z_t); to h_{t-1}: dz_t w^T."""
    w, previous = inputs["w"], inputs["previous"]
    d_h, dz = np.zeros_like(y), np.zeros_like(y)
    later = np.zeros_like(y[:, 0])
    for t, there, ends in way:
        d_h[:, t] = later + grad[:, t]
        dz[:, t] = np.where(there, op.activation.backward(np, d_h[:, t], y[:, t]), 0)
        later = np.where(there, dz[:, t] @ w.T, d_h[:, t]) * (not ends)
    sums = inputs["x"] + previous @ w
    return StepsBack({"h": y}, sums, {"h": d_h}, dz, ((previous, dz),), (later,))


def _lstm(way: _Way, op: Lstm, inputs: Mapping[str, Array], h: Array, saved: Mapping[str, Array], grad: Array) -> StepsBack:
    """Through the output gate into the cell, along the cell by the forget gate, and through all sums to h_{t-1}."""
    w, previous, before, c = inputs["w"], inputs["previous"], inputs["before"], saved["cells"]
    units = w.shape[0]
    i, f, g, o = np.split(saved["activated"], 4, axis=-1)
    read = np.tanh(c)
    d_h, d_c, dz = np.zeros_like(before), np.zeros_like(before), np.zeros_like(saved["activated"])
    later_h, later_c = np.zeros_like(before[:, 0]), np.zeros_like(before[:, 0])
    for t, there, ends in way:
        d_h[:, t] = later_h + grad[:, t, :units]
        beside = later_c + (grad[:, t, units:] if op.with_cells else 0)
        through_output = d_h[:, t] * o[:, t] * (1 - read[:, t] ** 2)
        d_c[:, t] = beside + np.where(there, through_output, 0)
        e = d_c[:, t]
        parts = [
            e * g[:, t] * i[:, t] * (1 - i[:, t]),
            e * before[:, t] * f[:, t] * (1 - f[:, t]),
            e * i[:, t] * (1 - g[:, t] ** 2),
            d_h[:, t] * read[:, t] * o[:, t] * (1 - o[:, t]),
        ]
        dz[:, t] = np.where(there, np.concatenate(parts, axis=-1), 0)
        later_h = np.where(there, dz[:, t] @ w.T, d_h[:, t]) * (not ends)
        later_c = np.where(there, e * f[:, t], e) * (not ends)
    values = {"i": i, "f": f, "g": g, "o": o, "c": c, "h": h}
    sums = inputs["x"] + previous @ w
    return StepsBack(values, sums, {"h": d_h, "c": d_c}, dz, ((previous, dz),), (later_h, later_c))


def _gru(way: _Way, op: Gru, inputs: Mapping[str, Array], y: Array, activated: Array, grad: Array) -> StepsBack:
    """Past the candidate by the gate z, and through the three sums; equations with `pellucid.ops.Gru`."""
    x, w, b, previous = inputs["x"], inputs["w"], inputs["b"], inputs["previous"]
    units = w.shape[0]
    gates, rest = slice(0, 2 * units), slice(2 * units, None)
    z, r, n, q = np.split(activated, 4, axis=-1)
    d_h, dx, dp = np.zeros_like(y), np.zeros_like(x), np.zeros_like(x)
    later = np.zeros_like(y[:, 0])
    for t, there, ends in way:
        d_h[:, t] = d = later + grad[:, t]
        dn = d * (1 - z[:, t]) * (1 - n[:, t] ** 2)
        dq = dn * r[:, t] if op.reset_after else dn @ w[:, rest].T
        dr = (dn * q[:, t] if op.reset_after else dq * previous[:, t]) * r[:, t] * (1 - r[:, t])
        dz = d * (previous[:, t] - n[:, t]) * z[:, t] * (1 - z[:, t])
        both = np.concatenate([dz, dr], axis=-1)
        dx[:, t] = np.where(there, np.concatenate([both, dn], axis=-1), 0)
        dp[:, t] = np.where(there, np.concatenate([both, dq if op.reset_after else dn], axis=-1), 0)
        to_h = d * z[:, t] + both @ w[:, gates].T + (dq @ w[:, rest].T if op.reset_after else r[:, t] * dq)
        later = np.where(there, to_h, d) * (not ends)
    through = r * q if op.reset_after else q @ w[:, rest] + b[rest]
    sums = x + np.concatenate([previous @ w[:, gates] + b[gates], through], axis=-1)
    factors = ((previous, dp),) if op.reset_after else ((previous, dp[..., gates]), (q, dp[..., rest]))
    return StepsBack({"z": z, "r": r, "n": n, "h": y}, sums, {"h": d_h}, dx, factors, (later,))
