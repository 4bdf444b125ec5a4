"""Checks of the inputs."""

from __future__ import annotations

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.finding import Finding
from pellucid.doctor.measure import range_of

LARGE = 20.0
SMALL = 1e-3


def inputs_constant(case: Case) -> Finding | None:
    """Looks at the rows of x: all are equal, so that nothing can tell samples apart.

    Threshold: 20 rows or more, every column of one value. Source: none is needed.
    """
    if case.x is None or len(case.x) < 20 or not case.x[0].size or not (case.x == case.x[:1]).all():
        return None
    return Finding(
        "inputs_constant",
        "Every row of x is the same.",
        {"rows looked at": len(case.x), "values": range_of(case.x)},
        "x was filled with one sample, or scaled to nothing: divided by too much, cast to integers",
        "Look at x[:5], and at what was done to it last.",
    )


def inputs_not_scaled(case: Case) -> Finding | None:
    """Looks at what the first weights are multiplied with, after layers such as `Rescaling` or `Normalization`.

    Threshold: a column whose root mean square is beyond 20, as of bytes 0 to 255 or of prices, or all columns below 0.001. Twenty
    leaves room for what trains all the same, such as the digits' 0 to 16. Source: inputs should be about 0 on the average and of
    like variance, LeCun, Bottou, Orr, Müller, "Efficient BackProp", 1998, section 4.3.
    """
    if not case.probe.kernels:
        return None
    first = case.probe.kernels[0]
    columns = first.inputs.reshape(-1, first.inputs.shape[-1]).astype(np.float64)
    sizes = np.sqrt(np.mean(columns**2, axis=0))
    if sizes.max() <= LARGE and (sizes.max() >= SMALL or sizes.max() == 0):
        return None
    worst = int(sizes.argmax())
    numbers = {
        "range": range_of(columns),
        "columns beyond": f"{int((sizes > LARGE).sum())} of {len(sizes)}",
        "largest column": worst,
        "its root mean square": float(sizes[worst]),
        "limits": f"{SMALL:g} to {LARGE:g}",
    }
    pixels = case.x is not None and case.x.dtype == np.uint8
    remedy = (
        "Put pellucid.layers.Rescaling(1 / 255) first, or divide x by 255."
        if pixels
        else "Bring every column to mean 0 and deviation 1: pellucid.layers.Normalization (adapt it to the training set) as the "
        "first layer, or scikit-learn's StandardScaler."
    )
    size = "far beyond 1" if sizes.max() > LARGE else "next to 0"
    return Finding("inputs_not_scaled", f"Inputs of {first.name} are {size}.", numbers, "x was passed as it was read", remedy)


def validation_duplicates(case: Case) -> Finding | None:
    """Looks for rows of the validation set, inputs and targets, that are also in the training set.

    Threshold: 5 rows or more, 10 % of those looked at or more, and three times the share of rows that the training set has twice
    itself: data of few distinct values repeats by nature. Such rows are known by heart, so the validation loss says too little.
    Source: Kaufman et al., "Leakage in data mining", 2012.
    """
    twins = case.duplicates
    if twins is None or twins.found < 5 or twins.share < 0.1 or twins.share < 3 * twins.own:
        return None
    return Finding(
        "validation_duplicates",
        "Rows of the validation set are also in the training set.",
        {
            "found": f"{twins.found:,} of {twins.looked_at:,} rows looked at (about {twins.share:.0%} of all)",
            "training rows looked at": twins.known,
            "repeated in the training set itself": f"{twins.own:.1%}",
        },
        "the sets were drawn with replacement, or overlap, or samples were copied before the data was divided",
        "Divide the data first, without replacement, then copy or augment the training set alone.",
    )
