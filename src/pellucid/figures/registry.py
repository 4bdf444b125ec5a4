"""The figures by name."""

from __future__ import annotations

from typing import Any

from pellucid.errors import unknown_name
from pellucid.figures import (
    accuracy_curve,
    attention_map,
    cost,
    descents,
    ensemble,
    exploding,
    feature_maps,
    filters,
    gradient_field,
    image_filters,
    impulse_response,
    initializers,
    learning_rates,
    log,
    loss_and_accuracy,
    loss_curve,
    mistakes,
    optimizers,
    overfitting,
    padding_and_stride,
    pooling,
    ravine,
    receptive_fields,
    regularization,
    rounding,
    saddle_and_plateau,
    step_and_sigmoid,
    tangents,
    text_samples,
    through_time,
    unrolled,
    vanishing,
)
from pellucid.figures.picture import Picture

# In the order in which one would tell of them.
PICTURES: dict[str, Picture[Any]] = {
    module.PICTURE.name: module.PICTURE
    for module in (
        cost,
        log,
        step_and_sigmoid,
        loss_and_accuracy,
        tangents,
        rounding,
        gradient_field,
        learning_rates,
        saddle_and_plateau,
        loss_curve,
        accuracy_curve,
        ravine,
        optimizers,
        descents,
        initializers,
        vanishing,
        overfitting,
        regularization,
        ensemble,
        impulse_response,
        image_filters,
        padding_and_stride,
        pooling,
        receptive_fields,
        filters,
        feature_maps,
        mistakes,
        unrolled,
        through_time,
        exploding,
        text_samples,
        attention_map,
    )
}


def get(name: str) -> Picture[Any]:
    """The figure of this name.

    Raises:
        ArgumentError: there is none; suggests the nearest.

    >>> get("cost").title.en
    'The cost of a weight'
    """
    if name not in PICTURES:
        raise unknown_name("figure", name, PICTURES)
    return PICTURES[name]
