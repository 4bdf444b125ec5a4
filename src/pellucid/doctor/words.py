"""Words: what made a value that is not finite, why it likely did, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.doctor.finding import Finding, shown
from pellucid.doctor.measure import largest, range_of
from pellucid.doctor.replay import BadStep
from pellucid.doctor.tracing import Origin

Array = npt.NDArray[Any]

_GROWN = 100.0  # weights this many times as large as at first have not been learned, they have run away
_RUN_AWAY = 1e3  # nor are such weights in any usual network

_SMALLER_RATE = (
    "Take a smaller learning rate (pellucid.find_learning_rate suggests one), or shorten gradients with global_clipnorm=1.0."
)
_POSITIVE = (
    "Keep its input positive: ops.log(x + 1e-7), or ops.clip(x, 1e-7, 1e30). For probabilities use a loss with from_logits=True."
)
_EXPONENT = {"Exp", "Expm1", "Softplus", "Sinh", "Cosh"}
_LOGARITHM = {"Log", "Log1p", "LogSumExp"}
_DIVISION = {"Divide"}
_ROOT = {"Sqrt", "Power", "PowerOf"}


def finding_of(bad: BadStep) -> Finding:
    """The finding for a step that went wrong."""
    numbers: dict[str, Any] = {"step": bad.step, "epoch": bad.epoch, "batch": bad.batch}
    if bad.origin is None:
        numbers |= {"loss": bad.loss, "greatest weight": bad.growth[1]}
        cause, remedy = _run_away(bad) or (
            "values so large that the order in which they are added decides whether they fit into float32",
            _SMALLER_RATE,
        )
        return Finding("not_finite", f"The loss of step {bad.step} is {bad.loss}.", numbers, cause, remedy)
    origin = bad.origin
    numbers |= {"operation": origin.operation, "layer": origin.place or "none"}
    numbers |= {name: range_of(array) for name, array in origin.inputs.items()}
    numbers |= {_RESULT.get(origin.stage, "result"): range_of(origin.output), "learning rate": bad.rate}
    cause, remedy = _why(bad, origin)
    where = f' in "{origin.place}"' if origin.place and origin.stage != "update" else ""
    made = {
        "data": f"{origin.operation} brought it in",
        "weights": f"{origin.place} was not finite before the step",
        "forward": f"{origin.operation}{where} made it, on the way forward",
        "backward": f"the derivative of {origin.operation}{where} made it",
        "update": f"the {origin.operation} of {origin.place} made it",
    }[origin.stage]
    kind = "NaN" if np.isnan(origin.output).any() else "infinity"
    what = f"The first {kind} arose in step {bad.step} (epoch {bad.epoch}, batch {bad.batch}): {made}."
    return Finding("not_finite", what, numbers, cause, remedy)


_RESULT = {"forward": "output", "backward": "gradient passed on", "update": "weight after it"}


def _why(bad: BadStep, origin: Origin) -> tuple[str, str]:
    if origin.stage == "data":
        return "the data holds a value that is not finite", "Remove or replace such values before training."
    if origin.stage == "weights":
        return "something outside of training wrote it: a callback, an initializer, a file", "Look at who assigns weights."
    return _by_operation(origin) or _run_away(bad) or _overflow(origin)


def _by_operation(origin: Origin) -> tuple[str, str] | None:
    """Causes that the operation's own inputs tell: they lie where the equation, or its derivative, has no finite value."""
    given = origin.inputs
    first = _input(given, 0)
    name, back = origin.operation, origin.stage == "backward"
    if name in _LOGARITHM and first is not None:
        edge = -1.0 if name == "Log1p" else 0.0
        if first.size and first.min() <= edge:
            slope = "the slope 1 / x of the logarithm" if back else "the logarithm"
            return f"{slope} of {first.min():.4g}: it is finite above {edge:g} only", _POSITIVE
    if name in _DIVISION and (divisor := _input(given, 1)) is not None and (divisor == 0).any():
        zeros = int((divisor == 0).sum())
        return (
            f"a division by zero: {zeros:,} of {divisor.size:,} divisors are 0",
            "Add a small number to the divisor, x / (y + 1e-7), or choose with ops.where before dividing, not after.",
        )
    if name in _DIVISION and (divisor := _input(given, 1)) is not None and np.abs(divisor).min() < 1e-6:
        return (
            f"a division by a number next to 0: the least divisor is {np.abs(divisor).min():.4g}",
            "Add a small number to the divisor: x / (y + 1e-7).",
        )
    if name in _ROOT and first is not None and first.size:
        if first.min() < 0 and not back:
            return f"a root or power of a negative number, {first.min():.4g}", "Take ops.absolute or ops.maximum(x, 0) first."
        if back and (first == 0).any():
            return (
                "the slope of a root at 0 is infinite: 1 / (2 sqrt 0)",
                "Take the root of x + 1e-12. A length: ops.sqrt(ops.sum(x * x) + 1e-12).",
            )
        if (first == 0).any():
            return "a negative power of 0", "Add a small number to the base."
    if name in _EXPONENT and first is not None and first.size and first.max() > 88:
        return (
            f"an exponent of {first.max():.4g}: e^x leaves float32 beyond 88.7",
            "Subtract the greatest exponent first (ops.softmax and ops.logsumexp do), or bound it with ops.clip(x, -30, 30).",
        )
    return None


def _run_away(bad: BadStep) -> tuple[str, str] | None:
    before, now = bad.growth
    if now < _RUN_AWAY and now < _GROWN * max(before, 1e-3):
        return None
    cause = (
        f"training diverged: the greatest weight went from {shown(before)} to {shown(now)} in {bad.steps} steps; the learning "
        f"rate {shown(bad.rate)} is far too large"
    )
    return cause, _SMALLER_RATE


def _overflow(origin: Origin) -> tuple[str, str]:
    size = largest(a for a in origin.inputs.values() if a.dtype.kind == "f")
    if origin.stage == "update":
        return f"the update is too large: what went into it reaches {shown(size)}", _SMALLER_RATE
    if size > 1e15:
        return (
            f"values of {shown(size)}: their product or square leaves float32, which ends at 3.4e38",
            "Scale inputs and targets to about 1, and look for weights or activations that grow from layer to layer.",
        )
    return (
        "these inputs have no finite result here",
        "Look at the operation's equation at these inputs; keep them away from where it has no value.",
    )


def _input(given: Mapping[str, Array], index: int) -> Array | None:
    """An operation's input by its place; a gradient from above does not count."""
    arrays = [a for name, a in given.items() if name != "gradient from above"]
    return arrays[index] if index < len(arrays) else None
