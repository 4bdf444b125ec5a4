"""The names that from-scratch courses use (TwoLayerNet, Affine, SGD(lr), ...), a facade on the engine.

A course's listing runs with its import lines changed: ``from pellucid.scratch import TwoLayerNet, SGD, load_mnist``.
"""

from pellucid.numerics import gradient_descent, numerical_diff, numerical_gradient
from pellucid.scratch.comparison import OptimizerComparison, compare_optimizers
from pellucid.scratch.data import load_mnist, shuffle_dataset, smooth_curve
from pellucid.scratch.functions import (
    cross_entropy_error,
    identity_function,
    mean_squared_error,
    relu,
    sigmoid,
    softmax,
    step_function,
)
from pellucid.scratch.layers import Affine, Relu, Sigmoid, SoftmaxWithLoss
from pellucid.scratch.multi_layer_net import MultiLayerNet
from pellucid.scratch.network import compare_gradients
from pellucid.scratch.optimizers import SGD, AdaGrad, Adam, Momentum, RMSprop
from pellucid.scratch.training import TrainingCurves, train_mini_batches
from pellucid.scratch.two_layer_net import TwoLayerNet

__all__ = [
    "SGD",
    "AdaGrad",
    "Adam",
    "Affine",
    "Momentum",
    "MultiLayerNet",
    "OptimizerComparison",
    "RMSprop",
    "Relu",
    "Sigmoid",
    "SoftmaxWithLoss",
    "TrainingCurves",
    "TwoLayerNet",
    "compare_gradients",
    "compare_optimizers",
    "cross_entropy_error",
    "gradient_descent",
    "identity_function",
    "load_mnist",
    "mean_squared_error",
    "numerical_diff",
    "numerical_gradient",
    "relu",
    "shuffle_dataset",
    "sigmoid",
    "smooth_curve",
    "softmax",
    "step_function",
    "train_mini_batches",
]
