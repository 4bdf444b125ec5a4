"""Pellucid: neural networks you can see through.

Fast training on an ordinary CPU, with every forward value, gradient and update open to view; Keras' names where Keras has one.
"""

from typing import TYPE_CHECKING

from pellucid.lazy import lazily

if TYPE_CHECKING:
    from pellucid import (
        activations,
        callbacks,
        constraints,
        data,
        datasets,
        doctor,
        errors,
        initializers,
        layers,
        lens,
        losses,
        metrics,
        models,
        networks,
        numerics,
        ops,
        optimizers,
        regularizers,
        utils,
    )
    from pellucid.autodiff import Op, Parameter, Tensor, tensor
    from pellucid.initializers import Initializer
    from pellucid.layers import Input, Layer
    from pellucid.losses import Loss
    from pellucid.metrics import Metric
    from pellucid.models import Model, Sequential, load_model
    from pellucid.optimizers import Optimizer
    from pellucid.regularizers import Regularizer
    from pellucid.training.learning_rate_finder import LearningRateTrial, find_learning_rate

__version__ = "0.1.0.dev0"

__all__ = [
    "Initializer",
    "Input",
    "Layer",
    "LearningRateTrial",
    "Loss",
    "Metric",
    "Model",
    "Op",
    "Optimizer",
    "Parameter",
    "Regularizer",
    "Sequential",
    "Tensor",
    "activations",
    "callbacks",
    "constraints",
    "data",
    "datasets",
    "doctor",
    "errors",
    "find_learning_rate",
    "initializers",
    "layers",
    "lens",
    "load_model",
    "losses",
    "metrics",
    "models",
    "networks",
    "numerics",
    "ops",
    "optimizers",
    "regularizers",
    "tensor",
    "utils",
]

lazily(__name__)
