"""Checks of the steps that training makes: how large, how many, and after what."""

from __future__ import annotations

import math

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.finding import Finding
from pellucid.doctor.measure import rms

USUAL_MOVE = 1e-3
"""A step moves weights by about a thousandth of their size in a good training: Karpathy, notes of CS231n, "Neural networks 3"."""


def regularization_dominates(case: Case) -> Finding | None:
    """Looks at the penalties on weights beside the loss of the data.

    Threshold: the penalty's slope pulls the weights more strongly than the data can hold them: trained, the loss is not below 0.9
    of the best constant answer's, and either the penalty is larger than that loss or it has shrunk a kernel to a typical weight
    below 0.001. A penalty that exceeds the loss of a model that has learned is nothing bad. Source: Goodfellow et al., "Deep
    learning", 2016, section 7.1.
    """
    probe = case.probe
    if not probe.penalty or probe.loss is None or case.learned or not case.trained:
        return None
    if case.reached is not None and case.reached < 0.9:
        return None
    shrunk = min((rms(k.values) for k in probe.kernels), default=1.0)
    if probe.penalty < probe.loss and shrunk > 1e-3:
        return None
    return Finding(
        "regularization_dominates",
        "The penalty on weights keeps the model from learning.",
        {
            "penalty": probe.penalty,
            "loss of the data": probe.loss,
            "loss of the best constant answer": case.baseline,
            "typical weight of the smallest kernel": shrunk,
        },
        "the regularizer's factor is too large: weights near 0 cost least",
        "Divide the factor by 100; 1e-5 to 1e-3 is usual for L2.",
    )


def learning_rate_too_large(case: Case) -> Finding | None:
    """Looks at losses that rise or leap, and at weights that have been moved far from where they began.

    Threshold: the model has not learned; and the last loss is beyond twice the first or five times the best, or a kernel has
    become ten times as large as it was at first, or a step moves a kernel by a tenth of its size (100 times the usual 1e-3) while
    the loss rose in every third epoch or more and ends 5 % above its best. Source: Karpathy, CS231n, "Neural networks 3" (ratio
    of updates to weights).
    """
    losses = [v for v in case.losses if math.isfinite(v)]
    if case.learned or case.optimizer is None or len(case.losses) < 2:
        return None
    move = max((k.move for k in case.probe.kernels if k.move is not None), default=0.0)
    rises = float(np.mean(np.diff(losses) > 0)) if len(losses) > 1 else 0.0
    worse = len(losses) > 1 and (losses[-1] > 2 * losses[0] or losses[-1] > 5 * min(losses))
    unsettled = move > 100 * USUAL_MOVE and rises >= 1 / 3 and losses[-1] > 1.05 * min(losses)
    if not (worse or case.growth > 10 or unsettled):
        return None
    return Finding(
        "learning_rate_too_large",
        "The loss does not settle, and weights are moved far.",
        {
            "learning rate": float(case.optimizer.learning_rate),
            "first loss": case.losses[0],
            "best loss": min(losses, default=math.nan),
            "last loss": case.losses[-1],
            "epochs in which it rose": f"{rises:.0%}",
            **({"a kernel's size by that at first": case.growth} if case.growth else {}),
            "a step by the weights' size": move,
            "usual": USUAL_MOVE,
        },
        "the learning rate is too large: steps leap over the valley",
        "Divide it by 10, or ask pellucid.find_learning_rate(model, x, y).",
    )


def learning_rate_too_small(case: Case) -> Finding | None:
    """Looks at steps that are small for the weights that they move, where the loss falls steadily but by little.

    Threshold: no kernel moves by more than 1e-4 of its size a step (a tenth of the usual 1e-3), some move at all, the loss fell
    by less than 10 % in three epochs or more, in most of them, and the model has not learned. Source: Karpathy, CS231n, "Neural
    networks 3".
    """
    losses = [v for v in case.losses if math.isfinite(v)]
    moves = [k.move for k in case.probe.kernels if k.move is not None]
    if case.learned or case.optimizer is None or len(losses) < 3 or not moves or losses[0] <= 0:
        return None
    fell, falls = 1 - losses[-1] / losses[0], float(np.mean(np.diff(losses) < 0))
    gradient = max((rms(k.gradient) for k in case.probe.kernels if k.gradient is not None), default=0.0)
    if not 0 < max(moves) < 0.1 * USUAL_MOVE or fell > 0.1 or falls < 0.6 or gradient < 1e-7:
        return None
    return Finding(
        "learning_rate_too_small",
        "The loss falls, but hardly.",
        {
            "learning rate": float(case.optimizer.learning_rate),
            "first loss": losses[0],
            "last loss": losses[-1],
            "epochs": len(losses),
            "a step by the weights' size": max(moves),
            "usual": USUAL_MOVE,
        },
        "the learning rate is too small: in these epochs the weights cannot get anywhere",
        "Multiply it by 10 or 100, or ask pellucid.find_learning_rate(model, x, y).",
    )


def batch_larger_than_data(case: Case) -> Finding | None:
    """Looks at a batch that all samples fit into, so that an epoch is a single step.

    Threshold: batch_size beyond the number of samples, which are 33 or more (fewer do not fill a default batch), 2 epochs or
    more, and not learned. Source: Bengio, "Practical recommendations for gradient-based training", 2012, on the batch size.
    """
    if case.count is None or case.batch_size is None or case.batch_size <= case.count or case.count <= 32:
        return None
    if case.learned or len(case.losses) < 2:
        return None
    return Finding(
        "batch_larger_than_data",
        "All samples fit into one batch: an epoch is one step.",
        {"batch_size": case.batch_size, "samples": case.count, "steps in all": len(case.losses), "last loss": case.losses[-1]},
        "batch_size was set for larger data",
        "Take batches of 16 to 64, or many more epochs.",
    )
