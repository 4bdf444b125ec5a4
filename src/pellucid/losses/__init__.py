"""How far predictions are from their targets, by Keras' names.

A class is a loss with its settings: it gives one number, or, with ``reduction=None``, the loss of each sample. The function of
the same meaning in small letters gives the loss of each sample: ``mean_absolute_error(y_true, y_pred)``.
"""

from typing import Any

from pellucid.configurable import Registry, serialize
from pellucid.losses.binary_crossentropy import (
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    binary_crossentropy,
    binary_focal_crossentropy,
)
from pellucid.losses.categorical_crossentropy import (
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
)
from pellucid.losses.cosine_similarity import CosineSimilarity, cosine_similarity
from pellucid.losses.function_loss import FunctionLoss
from pellucid.losses.hinge import CategoricalHinge, Hinge, SquaredHinge, categorical_hinge, hinge, squared_hinge
from pellucid.losses.huber import Huber, huber
from pellucid.losses.kl_divergence import KLDivergence, kl_divergence
from pellucid.losses.log_cosh import LogCosh, log_cosh
from pellucid.losses.loss import Loss
from pellucid.losses.mean_absolute_error import MeanAbsoluteError, mean_absolute_error
from pellucid.losses.mean_absolute_percentage_error import MeanAbsolutePercentageError, mean_absolute_percentage_error
from pellucid.losses.mean_squared_error import MeanSquaredError, mean_squared_error
from pellucid.losses.mean_squared_logarithmic_error import MeanSquaredLogarithmicError, mean_squared_logarithmic_error
from pellucid.losses.poisson import Poisson, poisson
from pellucid.losses.sparse_categorical_crossentropy import SparseCategoricalCrossentropy, sparse_categorical_crossentropy

__all__ = [
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalHinge",
    "CosineSimilarity",
    "FunctionLoss",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "Loss",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_hinge",
    "cosine_similarity",
    "deserialize",
    "get",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
    "register",
    "serialize",
    "sparse_categorical_crossentropy",
    "squared_hinge",
]

registry = Registry[Loss](
    "loss",
    Loss,
    {
        MeanSquaredError: ["mse"],
        MeanAbsoluteError: ["mae"],
        MeanAbsolutePercentageError: ["mape"],
        MeanSquaredLogarithmicError: ["msle"],
        Huber: ["huber_loss"],
        LogCosh: [],
        CosineSimilarity: [],
        BinaryCrossentropy: ["bce"],
        BinaryFocalCrossentropy: [],
        CategoricalCrossentropy: [],
        CategoricalFocalCrossentropy: [],
        SparseCategoricalCrossentropy: [],
        KLDivergence: ["kld", "kullback_leibler_divergence"],
        Poisson: [],
        Hinge: [],
        SquaredHinge: [],
        CategoricalHinge: [],
    },
)
register = registry.register


def get(identifier: Any) -> Loss:
    """The loss for a name, a configuration, itself, or a plain function (y_true, y_pred).

    >>> get("mae")
    MeanAbsoluteError(reduction='sum_over_batch_size', name='mean_absolute_error')
    >>> get(mean_absolute_error).name
    'mean_absolute_error'
    """
    if callable(identifier) and not isinstance(identifier, Loss | type):
        name = getattr(identifier, "__name__", "")
        ours = name in __all__ and globals()[name] is identifier
        return registry.get(name) if ours else FunctionLoss(identifier)
    return registry.get(identifier)


def deserialize(config: Any) -> Loss:
    """The loss of a configuration that `serialize` gave."""
    return registry.get(config)
