"""Checks of weights, hidden units and gradients."""

from __future__ import annotations

import numpy as np

from pellucid.doctor.case import Array, Case
from pellucid.doctor.checks.labels import told_by_neighbours
from pellucid.doctor.finding import Finding
from pellucid.doctor.measure import range_of, rms
from pellucid.doctor.probe import Kernel


def nothing_trained(case: Case) -> Finding | None:
    """Looks at how many weights are trained, and at the learning rate.

    Threshold: weights, but none of them trained; or a learning rate of 0 that no schedule is about to raise. Source: none is
    needed.
    """
    weights, trained = case.probe.weights
    rate = None if case.optimizer is None else float(case.optimizer.learning_rate)
    if not weights or (trained and (rate != 0 or case.optimizer.is_scheduled)):
        return None
    return Finding(
        "nothing_trained",
        "No weight can change.",
        {"weights": weights, "of these trained": trained, "learning rate": rate},
        "all layers are frozen (trainable=False)" if not trained else "the learning rate is 0",
        "Set layer.trainable = True for the layers that shall learn." if not trained else "Give the optimizer a learning rate.",
    )


def same_weights(case: Case) -> Finding | None:
    """Looks at hidden units that all have the same weights: they compute and learn the same for ever.

    Threshold: a kernel with two columns or more, not the last of the network, whose columns are equal (to one part in a million
    of its largest value), or which is all 0. A network of one layer may begin so: its units have targets of their own. Source:
    Goodfellow et al., "Deep learning", 2016, section 8.4, on breaking symmetry.
    """
    for kernel in case.probe.kernels[:-1]:
        columns = kernel.values.reshape(-1, kernel.values.shape[-1])
        if columns.shape[1] < 2 or np.abs(columns - columns[:, :1]).max() > 1e-6 * np.abs(columns).max():
            continue
        zero = not columns.any()
        return Finding(
            "same_weights",
            f"All units of {kernel.name} are {'0' if zero else 'the same'}.",
            {"kernel": kernel.name, "units": columns.shape[1], "weights": range_of(columns)},
            "the weights were initialized with one constant" + ("; behind zeros, gradients are 0, too" if zero else ""),
            'Use a random initializer, such as the default, "glorot_uniform", or "he_normal" before a relu.',
        )
    return None


def too_simple(case: Case) -> Finding | None:
    """Looks at a model without hidden layers that does no better than a constant answer where similar rows tell the target.

    Threshold: one kernel; trained for three epochs and fifty steps to no less than 0.95 of the best constant answer's loss; 5
    nearest neighbours tell targets (see `labels_shuffled`), but the best linear answer, by least squares on four rows a column or
    more, explains less than 5 % of their variance. Source: Minsky and Papert, "Perceptrons", 1969.
    """
    if case.x is None or case.y is None or len(case.x) < 100 or not case.trained or len(case.probe.kernels) != 1:
        return None
    if case.reached is None or case.reached < 0.95:
        return None
    linear = explained_by_a_plane(case.x, case.y if case.labels is None else np.eye(case.labels.max() + 1)[case.labels])
    told, numbers = told_by_neighbours(case.x, case.y, case.labels)
    if not told or linear is None or linear > 0.05:
        return None
    return Finding(
        "too_simple",
        "The model has no hidden layer, and what it should learn needs one.",
        {**numbers, "R2 of the best linear answer": linear, "loss by that of the best constant answer": case.reached},
        "a single layer draws straight borders between classes, and planes through numbers",
        'Put a hidden layer before it: Dense(32, activation="relu").',
    )


def explained_by_a_plane(x: Array, y: Array) -> float | None:
    """The share of the targets' variance that least squares explain, less what chance does; None for too few rows."""
    flat, targets = x.reshape(len(x), -1).astype(np.float64), y.reshape(len(y), -1).astype(np.float64)
    if len(flat) < 4 * flat.shape[1]:
        return None
    a, b = flat - flat.mean(axis=0), targets - targets.mean(axis=0)
    rest = b - a @ np.linalg.lstsq(a, b, rcond=None)[0]
    unexplained = float((rest**2).sum() / max(float((b**2).sum()), 1e-300))
    return float(1 - unexplained * (len(a) - 1) / (len(a) - 1 - a.shape[1]))


def dead_units(case: Case) -> Finding | None:
    """Looks at hidden ReLU units whose output is 0 for every row: no gradient comes through, so they stay so.

    Threshold: half of a layer's units or more, of 4 or more, over 50 rows or more; where the model has learned, nine in ten. Some
    dead units are usual. Source: Karpathy, notes of CS231n, "Neural networks 1": up to 40 % where the learning rate is too high.
    """
    worst = None
    for layer in case.probe.activated:
        if layer.function != "relu" or not layer.hidden or len(layer.values) < 50 or layer.values.shape[-1] < 4:
            continue
        dead = (layer.values.reshape(-1, layer.values.shape[-1]) == 0).all(axis=0)
        share = float(dead.mean())
        if share >= (0.9 if case.learned else 0.5) and (worst is None or share > worst[1]):
            worst = (layer, share, int(dead.sum()))
    if worst is None:
        return None
    layer, share, count = worst
    return Finding(
        "dead_units",
        f'{share:.0%} of the ReLU units of "{layer.label}" are 0 for every sample.',
        {"layer": layer.label, "dead": f"{count} of {layer.values.shape[-1]}", "rows looked at": len(layer.values)},
        "a step of too large a learning rate, or a negative bias, pushed them below 0 for all inputs",
        "Begin anew with a smaller learning rate, biases of 0 and scaled inputs; or use leaky_relu, elu or gelu.",
    )


def saturated_units(case: Case) -> Finding | None:
    """Looks at hidden sigmoids and tanhs that are at their ends, where their slope is next to 0.

    Threshold: 70 % of a layer's outputs have less than a twentieth of the greatest slope (sigmoid below 0.013 or above 0.987,
    tanh beyond 0.975), and the model has not learned: one that has may use its units as switches. Source: Glorot and Bengio,
    "Understanding the difficulty of training deep feedforward neural networks", 2010.
    """
    if case.learned:
        return None
    for layer in case.probe.activated:
        if layer.function not in ("sigmoid", "tanh") or not layer.hidden:
            continue
        y = layer.values.astype(np.float64)
        slope = 4 * y * (1 - y) if layer.function == "sigmoid" else 1 - y * y
        share = float((slope < 0.05).mean())
        if share < 0.7:
            continue
        return Finding(
            "saturated_units",
            f'{share:.0%} of the outputs of "{layer.label}" are at the ends of {layer.function}.',
            {"layer": layer.label, "saturated": f"{share:.0%}", "median slope by the greatest": float(np.median(slope))},
            "its weights, or its inputs, are too large",
            "Scale the inputs, initialize with glorot_uniform, put BatchNormalization before it, or use relu.",
        )
    return None


def vanishing_gradients(case: Case) -> Finding | None:
    """Looks at how gradients fade on their way back to the first layer, and differences of samples on their way to the last.

    Threshold: three kernels or more; the gradient of the first is less than 1e-3 of the last one's, or samples differ in what
    comes into the last by less than 1e-3 of what they differ by in the first (root mean squares); and the model has not learned.
    A factor of 1/4 a layer, the greatest slope of a sigmoid, makes that in five layers. Source: Hochreiter 1991; Glorot and
    Bengio 2010.
    """
    back, forth = _first_by_last(case), _last_by_first(case)
    if case.learned or not case.trained or not (0 < back < 1e-3 or 0 < forth < 1e-3):
        return None
    functions = [layer.function for layer in case.probe.activated if layer.hidden]
    cause = "sigmoids: each multiplies by a slope of 1/4 at most" if "sigmoid" in functions else "small weights, layer upon layer"
    return Finding(
        "vanishing_gradients",
        "Hardly any gradient reaches the first layer."
        if back < 1e-3
        else "What tells samples apart fades from layer to layer, and gradients with it.",
        {"gradient, first by last": back, "differences of samples, last by first": forth, **_sizes(case)},
        cause,
        "Use relu with he_normal, BatchNormalization between the layers, shortcuts (layers.Add), or fewer layers.",
    )


def exploding_gradients(case: Case) -> Finding | None:
    """Looks at how gradients grow on their way back to the first layer, and differences of samples on their way to the last.

    Threshold: three kernels or more; the gradient of the first is more than 1000 times the last one's, or samples differ in what
    comes into the last by more than 1000 times what they differ by in the first (root mean squares); and the model has not
    learned.
    Source: Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks", 2013; He et al. 2015 on the way
    forward.
    """
    back, forth = _first_by_last(case), _last_by_first(case)
    if case.learned or (back <= 1e3 and forth <= 1e3):
        return None
    return Finding(
        "exploding_gradients",
        "Gradients grow from the last layer to the first."
        if back > 1e3
        else "Values grow from layer to layer, and gradients too.",
        {"gradient, first by last": back, "differences of samples, last by first": forth, **_sizes(case)},
        "weights that are too large: each layer multiplies by more than 1",
        "Initialize with he_normal or glorot_uniform, put BatchNormalization between, or shorten gradients: global_clipnorm=1.0.",
    )


def _with_gradient(case: Case) -> list[Kernel]:
    return [k for k in case.probe.kernels if k.gradient is not None]


def _first_by_last(case: Case) -> float:
    """The gradient of the first kernel by that of the last; 0 where there is none."""
    sizes = [rms(k.gradient) for k in _with_gradient(case) if k.gradient is not None]
    return sizes[0] / sizes[-1] if len(sizes) > 2 and sizes[-1] > 0 else 0.0


def _last_by_first(case: Case) -> float:
    """By how much samples differ in what comes into the last kernel, by the same of the first; biases count nothing."""
    sizes = [rms(k.inputs - k.inputs.mean(axis=0)) for k in case.probe.kernels]
    return sizes[-1] / sizes[0] if len(sizes) > 2 and sizes[0] > 0 else 0.0


def _sizes(case: Case) -> dict[str, float]:
    """The root mean square of every kernel's gradient: of long networks the first and last three."""
    sizes = {k.name: rms(k.gradient) for k in _with_gradient(case) if k.gradient is not None}
    names = list(sizes)
    return {f"gradient of {name}": sizes[name] for name in (names if len(names) <= 6 else names[:3] + names[-3:])}
