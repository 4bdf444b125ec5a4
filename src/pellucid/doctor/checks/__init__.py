"""The checks, causes before symptoms: what is found first is the likely culprit.

A check is a function from a `Case` to a `Finding`, or None where nothing is wrong or it cannot tell. Its name is the finding's.
Its docstring says what it looks at, its threshold, and why.
"""

from __future__ import annotations

from collections.abc import Callable

from pellucid.doctor.case import Case
from pellucid.doctor.checks import inputs, labels, network, outcome, pairing, steps
from pellucid.doctor.finding import Finding

Check = Callable[[Case], Finding | None]

CHECKS: list[Check] = [
    inputs.inputs_constant,
    labels.labels_constant,
    labels.labels_shifted,
    labels.validation_has_other_labels,
    inputs.validation_duplicates,
    pairing.softmax_of_one,
    pairing.softmax_twice,
    pairing.probabilities_as_logits,
    pairing.logits_as_probabilities,
    pairing.sigmoid_for_one_of_many,
    pairing.numbers_loss_on_classes,
    pairing.targets_out_of_reach,
    network.nothing_trained,
    network.same_weights,
    inputs.inputs_not_scaled,
    labels.targets_not_scaled,
    labels.sorted_not_shuffled,
    steps.regularization_dominates,
    steps.learning_rate_too_large,
    network.dead_units,
    network.saturated_units,
    network.vanishing_gradients,
    network.exploding_gradients,
    steps.learning_rate_too_small,
    steps.batch_larger_than_data,
    labels.labels_shuffled,
    network.too_simple,
    labels.class_imbalance,
    outcome.overfitting,
    outcome.loss_not_moving,
]
