"""Recurrence: a recurrent layer's run over one batch, with all that happened in each step, forward and back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.arguments import integer
from pellucid.errors import ArgumentError
from pellucid.lens.steps_back import StepsBack

Array = npt.NDArray[Any]

_ROWS = 24  # of a printed table; of more steps, the first and the last
_BAR = 24  # characters for the greatest norm


@dataclass(frozen=True, eq=False)
class Step:
    """One step of a recurrence; arrays are (batch, ...).

    Args:
        time: where it stands in the sequence, from 0.
        input: x_t, as the layer got it.
        values: gates and states after the step, by textbook names.
        sums: what the gates are functions of.
        gradients: dL/d of the states, by all ways, and of "sums".
        contribution: what this step adds to the gradients of the weights, which all steps share.
    """

    time: int
    input: Array
    values: dict[str, Array]
    sums: Array
    gradients: dict[str, Array]
    contribution: dict[str, Array]

    def __str__(self) -> str:
        """The numbers of the first sample, and the norms of what the step contributes."""
        rows = {f"x_{self.time}": self.input, "sums": self.sums, **self.values}
        rows |= {f"dL/d{name}": value for name, value in self.gradients.items()}
        width = max(map(len, rows)) + 1
        shown = [
            f"  {name:<{width}} {np.array2string(value[0], precision=5, max_line_width=130, threshold=12, edgeitems=4)}"
            for name, value in rows.items()
        ]
        parts = ", ".join(f"{name} {np.linalg.norm(value):.3g}" for name, value in self.contribution.items())
        return "\n".join([f"step {self.time}", *shown, f"  norm of what it contributes: {parts}"])


@dataclass(frozen=True, eq=False)
class Recurrence:
    """One cell over the steps of one batch. Arrays are (batch, time, ...); the state after time t stands at t.

    Args:
        label: the place in the model, in names.
        cell: "SimpleRNN", "LSTM" or "GRU".
        times: in the order of the steps: falling where the layer goes backwards.
        there: (batch, time): which steps the mask lets count.
        inputs: x, as the layer got it; 0 where a step is hidden.
        arriving: dL/dy: the gradient that each step's output gets from above. What comes through later steps is not in it.
        steps: gates, states, and the gradients of them.
        whole: the gradients of the weights as the engine gives them for the same ``arriving``, in one piece and never cut.
        with_bias, with_recurrent_bias: which contributions there are.
    """

    label: str
    cell: str
    times: tuple[int, ...]
    there: Array
    inputs: Array
    arriving: Array
    steps: StepsBack
    whole: dict[str, Array]
    with_bias: bool
    with_recurrent_bias: bool

    def __len__(self) -> int:
        return len(self.times)

    def __getitem__(self, time: int) -> Step:
        """The step at this time, from 0; from the end where negative.

        Raises:
            ArgumentError: there is none.
        """
        t = integer("Recurrence", "time", time)
        if not -len(self) <= t < len(self):
            raise ArgumentError(f"Recurrence: time must be from 0 to {len(self) - 1}. Received {time}.")
        t %= len(self)
        gradients = {**{name: d[:, t] for name, d in self.steps.states.items()}, "sums": self.steps.d_sums[:, t]}
        values = {name: value[:, t] for name, value in self.steps.values.items()}
        return Step(t, self.inputs[:, t], values, self.steps.sums[:, t], gradients, self.contribution(t))

    @property
    def state(self) -> Array:
        """h after each step: (batch, time, units)."""
        return self.steps.values["h"]

    @property
    def gradient(self) -> Array:
        """dL/dh_t by all ways: (batch, time, units)."""
        return self.steps.states["h"]

    @cached_property
    def norm(self) -> Array:
        """The norm of dL/dh_t over samples and units, by time: (time,)."""
        return over_time(self.gradient)

    def contribution(self, time: int) -> dict[str, Array]:
        r"""What the step at this time adds to the gradients of the weights that all steps share.

        dL/dkernel = sum over t of x_t^T dz_t      dL/drecurrent_kernel = sum over t of h_{t-1}^T dz_t      dL/dbias = sum of dz_t

        dz_t being dL/d(sums). In a GRU the recurrent kernel's share of the sums gets another gradient than the inputs', and may
        have a bias of its own: Keras' ``bias`` has both as its rows.
        """
        dz, factors = self.steps.d_sums[:, time], self.steps.factors
        parts = {"recurrent_kernel": np.concatenate([a[:, time].T @ d[:, time] for a, d in factors], axis=-1)}
        parts["kernel"] = self.inputs[:, time].T @ dz
        if self.with_bias:
            parts["bias"] = dz.sum(axis=0)
        if self.with_recurrent_bias:
            parts["recurrent_bias"] = np.concatenate([d[:, time].sum(axis=0) for _, d in factors])
        return parts

    @cached_property
    def total(self) -> dict[str, Array]:
        """The sum of all steps' contributions: the gradients of the weights."""
        sums = self.contribution(self.times[0])
        for time in self.times[1:]:
            for name, part in self.contribution(time).items():
                sums[name] = sums[name] + part
        return sums

    @property
    def difference(self) -> float:
        """The largest difference between ``total`` and ``whole``, by the largest entry: rounding, or what a cut left out."""
        pairs = [(self.total[name], value) for name, value in self.whole.items()]
        largest = max(float(np.abs(value).max(initial=0)) for _, value in pairs) or 1.0
        return max(float(np.abs(sums - value).max(initial=0)) for sums, value in pairs) / largest

    @property
    def factor(self) -> float:
        """By how much the norm of dL/dh_t is multiplied a step, on the average, on the way back from last step to first.

        Below 1 it vanishes, above 1 it explodes, the more the longer the sequence; where all steps have losses, the newer ones
        cover it up.
        """
        first, last = self.norm[self.times[0]], self.norm[self.times[-1]]
        if len(self) == 1 or last == 0:
            return 1.0
        return float((first / last) ** (1 / (len(self) - 1)))

    def __str__(self) -> str:
        batch, time, units = self.state.shape
        samples = f"{batch} sample{'s' * (batch > 1)}"
        head = f'{self.cell} "{self.label}": {time} step{"s" * (time > 1)}, {samples}, {units} unit{"s" * (units > 1)}'
        first, last = self.times[0], self.times[-1]
        way = (
            f"|dL/dh| from the last step to the first: {self.norm[last]:.3g} -> {self.norm[first]:.3g}, "
            f"on the average times {self.factor:.3g} a step"
        )
        adding = ", ".join(f"{name} {np.linalg.norm(value):.4g}" for name, value in self.total.items())
        whole = ", ".join(f"{name} {np.linalg.norm(value):.4g}" for name, value in self.whole.items())
        lines = [head, *self._table(), way, f"sum over the steps: {adding}", f"engine, at once:    {whole}"]
        return "\n".join([*lines, f"largest relative difference: {self.difference:.1e}"])

    def _table(self) -> list[str]:
        """One line a step: sizes of what went in, the gates' means, and norms of gradients."""
        gates = [name for name in self.steps.values if name not in ("h", "c")]
        states = [name for name in self.steps.values if name in ("h", "c")]
        head = ["t", "|x|", *gates, *(f"|{name}|" for name in states), "|dL/dy|"]
        head += [*(f"|dL/d{name}|" for name in self.steps.states), "|dL/dz|", "|dW|", "log |dL/dh|"]
        greatest = float(np.log10(max(self.norm.max(), 1e-300)))
        rows = [head]
        for time in _chosen(self.times):
            if time is None:
                rows.append(["..."] + [""] * (len(head) - 1))
                continue
            step = self[time]
            norms = [np.linalg.norm(step.values[name]) for name in states]
            norms += [np.linalg.norm(self.arriving[:, time]), *(np.linalg.norm(d) for d in step.gradients.values())]
            norms.append(np.sqrt(sum(np.sum(value**2) for value in step.contribution.values())))
            means = [f"{step.values[name].mean():.2f}" for name in gates]
            cells = [str(time), f"{np.linalg.norm(step.input):.3g}", *means, *(f"{norm:.3g}" for norm in norms)]
            rows.append([*cells, _bar(float(self.norm[time]), greatest)])
        widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
        return [
            ("  ".join(f"{c:>{w}}" for c, w in zip(row[:-1], widths, strict=False)) + f"  {row[-1]}").rstrip() for row in rows
        ]


def over_time(values: Array) -> Array:
    """The norm over samples and features at each time: (time,).

    >>> over_time(np.array([[[3.0, 4.0], [0.0, 2.0]]]))
    array([5., 2.])
    """
    scale = np.abs(values).max(axis=(0, 2), initial=0, keepdims=True)  # so that squares of what has vanished are not 0
    safe = np.where(scale > 0, scale, 1)
    norms: Array = np.sqrt(((values / safe) ** 2).sum(axis=(0, 2))) * safe[0, :, 0]
    return norms


def _chosen(times: tuple[int, ...]) -> list[int | None]:
    """The times to print, and None where some are left out."""
    if len(times) <= _ROWS:
        return list(times)
    return [*times[: _ROWS // 2], None, *times[-_ROWS // 2 :]]


def _bar(norm: float, greatest: float) -> str:
    """A bar on a logarithmic scale: the full length for the greatest norm, a character less for each half power of ten."""
    if norm <= 0:
        return ""
    return "#" * max(round(_BAR + 2 * (float(np.log10(norm)) - greatest)), 0)
