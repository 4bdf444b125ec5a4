"""Layers called under a context that repeats: the same masks each time."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.autodiff import CallContext, Parameter, Tensor, call_context, tensor
from pellucid.layers import Layer
from tests.support.gradients import check_gradients


def call_layer(layer: Layer, x: Any, *, training: bool = False, step: int = 0) -> Tensor:
    """The layer's output as at training step ``step`` of a run with seed 1."""
    context = CallContext(training=training, clock=tensor(np.array([step, 0])), seed=1)
    with call_context(context):
        output: Tensor = layer(x)
    return output


def check_layer_gradients(layer: Layer, x: Any, *, training: bool = False) -> None:
    """Hold the derivative with respect to the inputs and to every trained parameter against a central difference.

    ``x`` is an array, or a list of them for a layer that takes one. The layer must be of dtype float64.
    """
    call_layer(layer, x)  # builds it
    names = [name for name, value in vars(layer).items() if isinstance(value, Parameter) and value.trainable]
    arrays = x if isinstance(x, list) else [x]

    def output(*tensors: Tensor) -> Tensor:
        inputs = list(tensors[: len(arrays)])
        for name, parameter in zip(names, tensors[len(arrays) :], strict=True):
            setattr(layer, name, parameter)
        return call_layer(layer, inputs if isinstance(x, list) else inputs[0], training=training)

    check_gradients(output, *arrays, *(getattr(layer, name).numpy() for name in names))
