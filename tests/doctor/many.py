"""Trainings drawn at random, and what the doctor finds in them: ``python -m tests.doctor.many SEED COUNT``.

Nets, data sets, optimizers, rates and lengths such as people take. Most are healthy; what is found in the others is printed, to
be judged by a reader: a model without hidden layers on rings, or a rate of 0.3, is found rightly.
"""

from __future__ import annotations

import sys
from collections import Counter

import numpy as np
from sklearn.datasets import make_circles, make_friedman1, make_moons

import pellucid as pl
from pellucid.layers import Activation, BatchNormalization, Dense, Dropout
from tests.doctor.gallery import CROSS_ENTROPY, digits, numbers, table, train

RATES = {
    "SGD": (0.01, 0.3),
    "Momentum": (0.003, 0.05),
    "Adam": (5e-4, 0.02),
    "AdamW": (5e-4, 0.02),
    "RMSprop": (5e-4, 0.01),
    "Nadam": (5e-4, 0.02),
}
ACTIVATIONS = ["relu", "tanh", "sigmoid", "gelu", "selu", "elu", "silu"]


def data_sets():
    """Inputs, targets and the number of classes, 0 for numbers."""
    sets = {name: (*table(name)[1:], len(np.unique(table(name)[2]))) for name in ("iris", "wine", "breast_cancer")}
    sets["digits"] = (*digits(500), 10)
    sets["diabetes"] = (*numbers(), 0)
    sets["moons"] = (*make_moons(300, noise=0.15, random_state=0), 2)
    sets["circles"] = (*make_circles(300, noise=0.05, factor=0.5, random_state=0), 2)
    x, y = make_friedman1(300, random_state=0)
    sets["friedman"] = (x, (y - y.mean()) / y.std(), 0)
    return sets


def drawn(rng, sets):
    """A training: what it is, and how to run it."""
    name = str(rng.choice(list(sets)))
    x, y, classes = sets[name]
    activation, depth, width = str(rng.choice(ACTIVATIONS)), int(rng.integers(0, 4)), int(rng.choice([8, 16, 32, 64]))
    normalized, dropped, penalized, held = rng.random(4) < (0.2, 0.2, 0.2, 0.7)
    kind = str(rng.choice(list(RATES)))
    rate = float(np.exp(rng.uniform(*np.log(RATES[kind]))))
    layers = []
    for _ in range(depth):
        penalty = pl.regularizers.L2(1e-4) if penalized else None
        first = "he_normal" if activation == "relu" else "glorot_uniform"
        layers.append(Dense(width, kernel_regularizer=penalty, kernel_initializer=first))
        layers += [BatchNormalization()] if normalized else []
        layers.append(Activation(activation))
        layers += [Dropout(0.2)] if dropped else []
    if not classes:
        layers, loss = [*layers, Dense(1)], str(rng.choice(["mse", "mae", "huber"]))
    elif classes == 2 and rng.random() < 0.5:
        layers, loss = [*layers, Dense(1, "sigmoid")], "binary_crossentropy"
    else:
        layers, loss = [*layers, Dense(classes, "softmax")], CROSS_ENTROPY
    epochs, batch = int(rng.integers(2, 20)), int(rng.choice([8, 16, 32, 64]))
    quarter = len(x) // 4
    extra = {"validation_data": (x[:quarter], y[:quarter])} if held else {}
    optimizer = getattr(pl.optimizers, kind)(rate)
    what = f"{name}: {depth} x {width} {activation}, {kind}({rate:.2g}), {loss}, {epochs} epochs by {batch}"
    what += "".join(f", {word}" for word, on in (("normalized", normalized), ("dropout", dropped), ("L2", penalized)) if on)
    return what, lambda seed: train(
        lambda: layers,
        x[quarter:],
        y[quarter:],
        loss=loss,
        optimizer=optimizer,
        epochs=epochs,
        batch_size=batch,
        seed=seed,
        **extra,
    )


def main(seed=0, count=100):
    """Print what was found, and how often."""
    rng, sets, found = np.random.default_rng(seed), data_sets(), Counter()
    for number in range(count):
        what, run = drawn(rng, sets)
        report = run(number)
        found.update(report.names[:1])
        if report.findings:
            print(what, report, sep="\n")
    print(f"{count} trainings, {sum(found.values())} with findings: {dict(found)}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
