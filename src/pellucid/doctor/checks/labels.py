"""Checks of the targets, and of how they belong to the inputs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pellucid.doctor.case import Array, Case
from pellucid.doctor.finding import Finding
from pellucid.doctor.measure import range_of, rms

_NEIGHBOURS = 5


def labels_constant(case: Case) -> Finding | None:
    """Looks at the targets: all are the same, so there is nothing to learn.

    Threshold: 20 rows or more, one value. Source: none is needed.
    """
    y = case.y
    if y is None or len(y) < 20 or not (y == y[:1]).all():
        return None
    return Finding(
        "labels_constant",
        "Every target is the same.",
        {"rows looked at": len(y), "value": range_of(y)},
        "the wrong column was taken for y, or the rows are of one class alone: a file in the order of its classes, cut off",
        "Look at numpy.unique(y), and shuffle the file before taking a part of it.",
    )


def labels_shifted(case: Case) -> Finding | None:
    """Looks at the numbers of classes: 0 never comes, while the last one does, so they seem to be counted from 1.

    Threshold: an output of C + 1 units, labels from 1 to C, each of them present, 5 rows a class or more: by chance a class out
    of C + 1 equal ones is missing with probability e^-5. With C units such labels are refused before training. Source: Keras' and
    our convention 0 to C - 1.
    """
    labels, classes = case.labels, case.classes
    if labels is None or case.kind != "categorical" or classes < 3 or len(labels) < 5 * classes:
        return None
    present = np.unique(labels)
    if present[0] != 1 or present[-1] != classes - 1 or len(present) != classes - 1:
        return None
    return Finding(
        "labels_shifted",
        f"The labels are 1 to {classes - 1}; class 0 never comes.",
        {"least label": 1, "greatest label": classes - 1, "outputs": classes, "rows looked at": len(labels)},
        "the classes are counted from 1, and the output was given one unit more to fit",
        f"Pass y - 1, and give the output {classes - 1} units.",
    )


def validation_has_other_labels(case: Case) -> Finding | None:
    """Looks at classes that are validated on though no training row has them.

    Threshold: more than half of the validation rows are of classes that are not among 20 training rows or more: so it is when
    ``validation_split``, which takes the last rows, meets data in the order of its classes. Source: Keras' documentation of
    validation_split.
    """
    labels, held = case.labels, case.held_labels
    if labels is None or held is None or len(labels) < 20 or not len(held):
        return None
    strange = sorted(set(held.tolist()) - set(labels.tolist()))
    share = float(np.isin(held, strange).mean())
    if share <= 0.5:
        return None
    return Finding(
        "validation_has_other_labels",
        "Most validation rows are of classes that no training row has.",
        {
            "such classes": ", ".join(map(str, strange)),
            "validation rows of them": f"{share:.0%}",
            "classes trained on": ", ".join(map(str, sorted(set(labels.tolist()))[:20])),
        },
        "the data is in the order of its classes, and validation_split takes the last rows before any shuffling",
        "Shuffle x and y together before fit, or pass validation_data drawn from all classes.",
    )


def targets_not_scaled(case: Case) -> Finding | None:
    """Looks at the size of targets that are numbers, where little was learned of them.

    Threshold: a root mean square beyond 20 (or, with a deviation, below 0.001) while the loss is not below 0.7 of the best
    constant answer's, after three epochs and fifty steps. First outputs are about 1 in size, and weights move by about the
    learning rate a step, so far targets take thousands of steps. Source: LeCun et al., "Efficient BackProp", 1998, section 4.5,
    on target values.
    """
    if case.kind != "numbers" or case.y is None or not case.trained or case.learned or case.reached is None:
        return None
    size, deviation = rms(case.y), float(np.std(case.y.astype(np.float64)))
    if size <= 20 and deviation >= 1e-3:
        return None
    return Finding(
        "targets_not_scaled",
        "Targets are far from 1 in size, and little was learned of them.",
        {
            "range": range_of(case.y),
            "root mean square": size,
            "loss": case.probe.loss,
            "loss of the best constant answer": case.baseline,
        },
        "the network has to grow its last weights to the size of the targets first",
        "Train on (y - y.mean()) / y.std(), and undo it on the answers; or take a larger learning rate.",
    )


def sorted_not_shuffled(case: Case) -> Finding | None:
    """Looks at the order of labels where epochs do not shuffle: long runs of one class undo what was learned of the others.

    Threshold: ``shuffle=False``, several classes, and a change of label between neighbours less than a fifth as often as in
    random order.
    Source: Bengio, "Practical recommendations for gradient-based training", 2012.
    """
    labels = case.labels
    if labels is None or case.shuffled or len(labels) < 20 or case.count is None:
        return None
    shares = np.unique(labels, return_counts=True)[1] / len(labels)
    expected = (len(labels) - 1) * float(1 - (shares**2).sum())
    changes = int((labels[1:] != labels[:-1]).sum())
    if len(shares) < 2 or changes >= 0.2 * expected:
        return None
    return Finding(
        "sorted_not_shuffled",
        "The samples come in the order of their classes, epoch after epoch.",
        {"changes of label": changes, "expected in random order": round(expected), "shuffle": False},
        "fit(shuffle=False) on data that is sorted",
        "Leave shuffle=True, or shuffle x and y together once.",
    )


def labels_shuffled(case: Case) -> Finding | None:
    """Looks at whether targets have to do with inputs at all, where the model did not do better than a constant answer.

    Threshold: 100 rows or more. The model's loss (the least validation loss, else its own) is not below 0.95 of the best constant
    answer's, and the 5 nearest neighbours of a row, by standardised columns, tell its target no better than chance: by less than
    three standard errors for labels, R2 below 0.05 for numbers. A neighbour that tells what the model does not is a fault of
    training, not of the labels. Source: Cover and Hart, "Nearest neighbor pattern classification", 1967: its error is at most
    twice the least possible.
    """
    if case.x is None or case.y is None or len(case.x) < 100 or not case.trained or not case.baseline:
        return None
    held = [v for v in case.held_losses if math.isfinite(v)]
    reached = min(held) / case.baseline if held else case.reached
    if reached is None or reached < 0.95:
        return None
    told, numbers = told_by_neighbours(case.x, case.y, case.labels)
    if told:
        return None
    return Finding(
        "labels_shuffled",
        "Inputs do not tell the targets, neither to the model nor to a comparison with similar rows.",
        {**numbers, "loss by that of the best constant answer": reached, "rows looked at": len(case.x)},
        "y belongs to other rows of x: one of them was shuffled, sorted or filtered alone; or x really does not hold the answer",
        "Look at some rows of x beside their y, and shuffle both by one permutation.",
    )


def class_imbalance(case: Case) -> Finding | None:
    """Looks at the answers where one class is far commoner than the others: nearly all are that class.

    Threshold: 80 % of the rows are of one class, and the model answers it for 98 % or more, missing at least 80 % of all others,
    with 10 others or more. Accuracy is near the class's share then, and says nothing. Source: He and Garcia, "Learning from
    imbalanced data", 2009.
    """
    labels, predicted = case.labels, case.predicted
    if labels is None or predicted is None or len(predicted) != len(labels) or len(labels) < 50:
        return None
    values, counts = np.unique(labels, return_counts=True)
    common = int(values[counts.argmax()])
    share, answered = float(counts.max() / len(labels)), float((predicted == common).mean())
    others = labels != common
    if share < 0.8 or answered < 0.98 or others.sum() < 10:
        return None
    recall = float((predicted[others] == labels[others]).mean())
    if recall > 0.2:
        return None
    return Finding(
        "class_imbalance",
        "The model answers the commonest class to nearly every sample.",
        {
            "share of the commonest class": f"{share:.1%}",
            "answered": f"{answered:.1%}",
            "accuracy": f"{(predicted == labels).mean():.1%}",
            "recall of all others": f"{recall:.1%}",
        },
        "the classes are imbalanced: answering the commonest is nearly always right, so the loss asks for little more",
        "Pass class_weight (or --balance), collect more of the others, and judge by recall or AUC rather than accuracy.",
    )


def told_by_neighbours(x: Array, y: Array, labels: Array | None) -> tuple[bool, dict[str, Any]]:
    """Whether the nearest other rows tell a row's target better than chance does, and the numbers."""
    near = _nearest(x)
    if labels is not None:
        right = float((_most_frequent(labels[near]) == labels).mean())
        chance = float(np.unique(labels, return_counts=True)[1].max() / len(labels))
        numbers = {"right by nearest neighbours": f"{right:.1%}", "right by the commonest label": f"{chance:.1%}"}
        return right > chance + 3 * math.sqrt(chance * (1 - chance) / len(near)), numbers
    targets = y.astype(np.float64).reshape(len(y), -1)
    variance = float(targets.var(axis=0).sum())
    r2 = 1 - float(((targets - targets[near].mean(axis=1)) ** 2).mean(axis=0).sum()) / variance if variance else 1.0
    return r2 > 0.05, {"R2 of nearest neighbours": r2}


def _nearest(x: Array) -> Array:
    """The numbers of each row's nearest other rows."""
    flat = x.reshape(len(x), -1).astype(np.float64)
    flat = (flat - flat.mean(axis=0)) / np.maximum(flat.std(axis=0), 1e-12)
    squares = (flat**2).sum(axis=1)
    distances = squares[:, None] + squares - 2 * flat @ flat.T
    np.fill_diagonal(distances, np.inf)
    return np.argpartition(distances, _NEIGHBOURS, axis=1)[:, :_NEIGHBOURS]


def _most_frequent(labels: Array) -> Array:
    values = np.unique(labels)
    votes = (labels[:, :, None] == values).sum(axis=1)
    return np.asarray(values[votes.argmax(axis=1)])
