"""Checks of the loss itself: symptoms whose causes stand before them, where one was found."""

from __future__ import annotations

import math

from pellucid.doctor.case import Case
from pellucid.doctor.finding import Finding


def overfitting(case: Case) -> Finding | None:
    """Looks at a validation loss that rises while the training loss falls on.

    Threshold: five epochs or more; the last validation loss is beyond 1.5 times the best one and 3 times the training loss, and
    has risen by a tenth of the best constant answer's loss or more, so that it matters; the best lies in the first two thirds of
    the epochs, and the training loss fell by a third or more since. Source: Prechelt, "Early stopping - but when?", 1998
    (generalization loss; his thresholds are up to 5 %, ours spares all that is disputable).
    """
    held, own = case.held_losses, case.losses
    if len(held) < 5 or len(held) != len(own) or not all(map(math.isfinite, [*held, *own])):
        return None
    best = min(range(len(held)), key=held.__getitem__)
    gone_up = held[-1] > 1.5 * held[best] and held[-1] > 3 * own[-1]
    rise = held[-1] - held[best]
    if not gone_up or (case.baseline is not None and rise < 0.1 * case.baseline):
        return None
    if best >= 2 * len(held) / 3 or own[-1] > 2 * own[best] / 3:
        return None
    return Finding(
        "overfitting",
        "The model learns the training set by heart: the validation loss rises while the training loss falls.",
        {
            "best validation loss": f"{held[best]:.4g} in epoch {best + 1}",
            "last validation loss": held[-1],
            "training loss then": own[best],
            "last training loss": own[-1],
            "weights": case.probe.weights[1],
            "training samples": case.count,
        },
        "more weights, or more epochs, than the data can hold in check",
        "EarlyStopping(restore_best_weights=True), Dropout, weight decay, a smaller network, or more data.",
    )


def loss_not_moving(case: Case) -> Finding | None:
    """Looks at a training loss that stays where it was.

    Threshold: trained for three epochs and fifty steps; the best loss is within 1 % of the first, and the model does not do
    clearly better than the best constant answer (a model that was trained before stands still rightly). Source: none is needed.
    """
    losses = [v for v in case.losses if math.isfinite(v)]
    if not case.trained or case.learned or len(losses) < 3 or losses[0] <= 0 or min(losses) < 0.99 * losses[0]:
        return None
    moves = {f"step of {k.name}": k.move for k in case.probe.kernels if k.move is not None}
    return Finding(
        "loss_not_moving",
        "The loss does not move.",
        {
            "first loss": losses[0],
            "best loss": min(losses),
            "last loss": losses[-1],
            "loss of the best constant answer": case.baseline,
            "epochs": len(losses),
            **dict(list(moves.items())[:3]),
        },
        "what is found beside this; else inputs that do not tell the targets, or a rate that does not suit",
        "Train on ten samples until the loss is 0: if it is not, the model or loss is wrong, if it is, the data or the rate.",
    )
