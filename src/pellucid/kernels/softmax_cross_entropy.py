"""Softmax and cross-entropy as one, from logits: losses by vector, gradient of the logits.

``rows`` of the first axis hold ``per_row`` vectors of ``classes`` logits each; losses and their gradients hold one number
a vector.
"""

from __future__ import annotations

import math

import numpy as np

from pellucid.kernels.base import OK, OUT_OF_RANGE, float32s, inner, int64s, kernel, share, unpack
from pellucid.kernels.mathematics import exp32


@inner
def _top_and_sum(classes, z):
    """The largest logit, and the sum of e^(z - largest)."""
    top = z[0]
    for j in range(1, classes):
        top = z[j] if z[j] > top else top
    total = np.float32(0)
    for j in range(classes):
        total += exp32(z[j] - top)
    return top, total


@kernel
def forward_labels(arguments, rank, ranks):
    """loss = log sum e^z - z[label]."""
    rows, per_row, classes, logits, labels, losses = unpack(arguments, 6)
    low, high = share(rows, rank, ranks)
    label, loss = int64s(labels, 0), float32s(losses, 0)
    for i in range(low * per_row, high * per_row):
        z = float32s(logits, i * classes)
        if label[i] < 0 or label[i] >= classes:
            return OUT_OF_RANGE
        top, total = _top_and_sum(classes, z)
        loss[i] = math.log(total) + (top - z[label[i]])
    return OK


@kernel
def backward_labels(arguments, rank, ranks):
    """dz (+)= (softmax z - onehot) * grad."""
    rows, per_row, classes, accumulate, grad, logits, labels, dlogits = unpack(arguments, 8)
    low, high = share(rows, rank, ranks)
    label, g = int64s(labels, 0), float32s(grad, 0)
    for i in range(low * per_row, high * per_row):
        z, d = float32s(logits, i * classes), float32s(dlogits, i * classes)
        if label[i] < 0 or label[i] >= classes:
            return OUT_OF_RANGE
        top, total = _top_and_sum(classes, z)
        factor = g[i] / total
        for j in range(classes):
            d[j] = exp32(z[j] - top) * factor + (d[j] if accumulate != 0 else np.float32(0))
        d[label[i]] -= g[i]
    return OK


@kernel
def forward_probabilities(arguments, rank, ranks):
    """loss = sum of t (log sum e^z - z)."""
    rows, per_row, classes, logits, targets, losses = unpack(arguments, 6)
    low, high = share(rows, rank, ranks)
    loss = float32s(losses, 0)
    for i in range(low * per_row, high * per_row):
        z, t = float32s(logits, i * classes), float32s(targets, i * classes)
        top, total = _top_and_sum(classes, z)
        rest = np.float32(math.log(total))
        result = np.float32(0)
        for j in range(classes):
            result += t[j] * (rest + (top - z[j]))
        loss[i] = result
    return OK


@kernel
def backward_probabilities(arguments, rank, ranks):
    """dz (+)= (softmax z * sum t - t) * grad."""
    rows, per_row, classes, accumulate, grad, logits, targets, dlogits = unpack(arguments, 8)
    low, high = share(rows, rank, ranks)
    g = float32s(grad, 0)
    for i in range(low * per_row, high * per_row):
        z, t, d = float32s(logits, i * classes), float32s(targets, i * classes), float32s(dlogits, i * classes)
        top, total = _top_and_sum(classes, z)
        mass = np.float32(0)
        for j in range(classes):
            mass += t[j]
        factor = mass / total
        for j in range(classes):
            d[j] = (exp32(z[j] - top) * factor - t[j]) * g[i] + (d[j] if accumulate != 0 else np.float32(0))
    return OK
