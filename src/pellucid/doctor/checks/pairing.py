"""Checks of the last layer and the loss, which must fit each other and the targets."""

from __future__ import annotations

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.finding import Finding
from pellucid.doctor.measure import range_of

_REACH = {"sigmoid": (0.0, 1.0), "softmax": (0.0, 1.0), "tanh": (-1.0, 1.0), "relu": (0.0, np.inf)}


def _last(case: Case) -> list[str]:
    """The activation functions behind the first output, the last first."""
    return case.probe.made_by[0] if case.probe.made_by else []


def softmax_of_one(case: Case) -> Finding | None:
    """Looks at a softmax over one unit: it is 1 whatever comes in, so nothing can be learned.

    Threshold: the output's last axis is 1 long. Source: the equation e^z / e^z.
    """
    outputs = case.probe.outputs
    if "softmax" not in _last(case)[:1] or outputs[0].shape[-1] != 1:
        return None
    return Finding(
        "softmax_of_one",
        "The output is a softmax over a single unit: it is always 1.",
        {"output shape": outputs[0].shape, "outputs": range_of(outputs[0])},
        "a softmax compares units with each other, and there is one",
        'For two classes: one unit with "sigmoid" and "binary_crossentropy". For numbers: no activation and "mse".',
    )


def softmax_twice(case: Case) -> Finding | None:
    """Looks at the functions behind the output: a softmax (or sigmoid) of a softmax (or sigmoid).

    Threshold: two in a row. The outer one gets numbers from 0 to 1, so the largest of C probabilities is at most e / (e + C - 1),
    and gradients are small. Source: that equation.
    """
    last = _last(case)
    if len(last) < 2 or not all(name in ("softmax", "sigmoid") for name in last[:2]):
        return None
    outputs = case.probe.outputs[0]
    return Finding(
        "softmax_twice",
        f"The output goes through {last[1]}, then {last[0]}.",
        {"functions, last first": ", ".join(last), "outputs": range_of(outputs), "loss": case.probe.loss},
        "the last layer has an activation, and a layer behind it applies another",
        "Leave one of them out.",
    )


def probabilities_as_logits(case: Case) -> Finding | None:
    """Looks at a loss with ``from_logits=True`` behind a softmax or sigmoid: the loss applies it a second time.

    Threshold: both are there. Source: as `softmax_twice`.
    """
    if not getattr(case.loss, "from_logits", False) or not (set(_last(case)[:1]) & {"softmax", "sigmoid"}):
        return None
    return Finding(
        "probabilities_as_logits",
        f"The loss expects logits, but the output is a {_last(case)[0]}.",
        {
            "from_logits": True,
            "last function": _last(case)[0],
            "outputs": range_of(case.probe.outputs[0]),
            "loss": case.probe.loss,
        },
        f"{_last(case)[0]} is applied twice: in the last layer and in the loss",
        "Take the activation off the last layer, or from_logits=True off the loss.",
    )


def logits_as_probabilities(case: Case) -> Finding | None:
    """Looks at a cross-entropy of probabilities whose predictions are none: below 0, beyond 1, or rows that do not sum to 1.

    Threshold: no softmax or sigmoid made the output, and a value lies outside [0, 1], or a categorical row's sum is off 1 by more
    than 1 %. Such values are clipped or divided, and gradients vanish there. Source: the definition of the cross-entropy.
    """
    if case.kind == "numbers" or getattr(case.loss, "from_logits", False) or not case.probe.outputs:
        return None
    p = case.probe.outputs[0].astype(np.float64)
    if set(_last(case)[:1]) & {"softmax", "sigmoid"} or not p.size:
        return None
    outside = bool((p < -1e-6).any() or (p > 1 + 1e-6).any())
    if not outside and (case.kind == "binary" or np.abs(p.sum(axis=-1) - 1).max() <= 0.01):
        return None
    name = "softmax" if case.kind == "categorical" else "sigmoid"
    return Finding(
        "logits_as_probabilities",
        "The loss expects probabilities, but the output is none.",
        {
            "outputs": range_of(p),
            "last function": ", ".join(_last(case)[:1]) or "none",
            "from_logits": False,
            "loss": case.probe.loss,
        },
        f"the last layer has no {name}, and the loss was not told so",
        f'Give the loss from_logits=True, or the last layer activation="{name}".',
    )


def sigmoid_for_one_of_many(case: Case) -> Finding | None:
    """Looks at a categorical cross-entropy behind a sigmoid: its units do not compete, and only the right one is heard.

    Threshold: both are there, with two units or more. Raising every output to 1 makes the loss 0 where rows are not divided by
    their sums, and is as good as nothing where they are. Source: Bishop, "Pattern recognition and machine learning", 2006,
    section 4.3.4.
    """
    if case.kind != "categorical" or _last(case)[:1] != ["sigmoid"] or getattr(case.loss, "from_logits", False):
        return None
    sums = case.probe.outputs[0].sum(axis=-1)
    return Finding(
        "sigmoid_for_one_of_many",
        "A loss for one class out of many sits on sigmoids, whose outputs do not sum to 1.",
        {"loss": type(case.loss).__name__, "last function": "sigmoid", "sums of rows": range_of(sums)},
        "sigmoid is for independent yes or no questions",
        'One class a sample: activation="softmax". Several at once: keep the sigmoid and take "binary_crossentropy".',
    )


def numbers_loss_on_classes(case: Case) -> Finding | None:
    """Looks at a loss for numbers on a single output whose targets look like numbers of classes.

    Threshold: targets of an integer type, each of 0 to C - 1 present, 3 <= C <= 20, five rows a class on the average; or an
    accuracy is compiled beside such a loss and such values. Class 2 is not the mean of 1 and 3. One-hot targets, and two classes
    as 0 and 1, are left in peace: there squares are a sound score.
    Source: Bishop, 2006, section 4.1.3.
    """
    y = case.y
    if y is None or case.kind != "numbers" or y.size != len(y) or not case.probe.outputs or case.probe.outputs[0].size != len(y):
        return None
    values = np.unique(y)
    asked = any("acc" in name for name in case.metrics)
    if not (3 <= len(values) <= 20 and len(y) >= 5 * len(values) and np.array_equal(values, np.arange(len(values)))):
        return None
    if y.dtype.kind not in "iu" and not asked:
        return None
    return Finding(
        "numbers_loss_on_classes",
        f"{type(case.loss).__name__} on targets that look like {len(values)} classes.",
        {"distinct targets": len(values), "range": range_of(y), "dtype": y.dtype.name, "units": 1},
        "classes were numbered, and the numbers are learned as if they were amounts",
        f'Dense({len(values)}, activation="softmax") and "sparse_categorical_crossentropy". Real amounts: pass y as floats.',
    )


def targets_out_of_reach(case: Case) -> Finding | None:
    """Looks at targets that the last activation cannot give: negative ones behind a ReLU, beyond 1 behind a sigmoid.

    Threshold: a loss for numbers, and 5 % of the target values or more lie outside of the function's range (by 1 % of it).
    Source: the functions' ranges.
    """
    y, last = case.y, _last(case)
    if y is None or case.kind != "numbers" or not last or last[0] not in _REACH or type(case.loss).__name__.endswith("Hinge"):
        return None
    low, high = _REACH[last[0]]
    beyond = float(((y < low - 0.01) | (y > high + 0.01)).mean())
    if beyond < 0.05:
        return None
    return Finding(
        "targets_out_of_reach",
        f"Targets lie where {last[0]} cannot reach.",
        {"targets": range_of(y), "reach": f"{low:g} to {high:g}", "targets beyond": f"{beyond:.0%}"},
        f"the last layer has the activation {last[0]}, which is for hidden layers or for probabilities",
        "Leave the last layer without an activation, or scale the targets into its reach.",
    )
