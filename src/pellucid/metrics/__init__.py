"""Numbers for people to judge by, by Keras' names."""

from typing import Any

from pellucid.autodiff import Spec
from pellucid.configurable import Registry, serialize
from pellucid.losses import Loss
from pellucid.metrics.accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
)
from pellucid.metrics.auc import AUC
from pellucid.metrics.confusion_matrix import ConfusionMatrix
from pellucid.metrics.f_score import F1Score, FBetaScore
from pellucid.metrics.loss_metrics import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    CategoricalHinge,
    CosineSimilarity,
    Hinge,
    KLDivergence,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    RootMeanSquaredError,
    SparseCategoricalCrossentropy,
    SquaredHinge,
)
from pellucid.metrics.mean import Mean, Sum
from pellucid.metrics.mean_metric import FunctionMetric, MeanMetric
from pellucid.metrics.metric import Metric
from pellucid.metrics.r2_score import R2Score
from pellucid.metrics.yes_and_no import FalseNegatives, FalsePositives, Precision, Recall, TrueNegatives, TruePositives

__all__ = [
    "AUC",
    "Accuracy",
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "ConfusionMatrix",
    "CosineSimilarity",
    "F1Score",
    "FBetaScore",
    "FalseNegatives",
    "FalsePositives",
    "FunctionMetric",
    "Hinge",
    "KLDivergence",
    "LogCoshError",
    "Mean",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanMetric",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Metric",
    "Poisson",
    "Precision",
    "R2Score",
    "Recall",
    "RootMeanSquaredError",
    "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy",
    "SparseTopKCategoricalAccuracy",
    "SquaredHinge",
    "Sum",
    "TopKCategoricalAccuracy",
    "TrueNegatives",
    "TruePositives",
    "deserialize",
    "get",
    "register",
    "serialize",
]

registry = Registry[Metric](
    "metric",
    Metric,
    {
        Accuracy: ["acc"],
        BinaryAccuracy: [],
        CategoricalAccuracy: [],
        SparseCategoricalAccuracy: [],
        TopKCategoricalAccuracy: [],
        SparseTopKCategoricalAccuracy: [],
        Precision: [],
        Recall: [],
        F1Score: [],
        FBetaScore: ["fbeta_score"],
        AUC: [],
        ConfusionMatrix: [],
        TruePositives: [],
        FalsePositives: [],
        TrueNegatives: [],
        FalseNegatives: [],
        MeanSquaredError: ["mse"],
        RootMeanSquaredError: ["rmse"],
        MeanAbsoluteError: ["mae"],
        MeanAbsolutePercentageError: ["mape"],
        MeanSquaredLogarithmicError: ["msle"],
        LogCoshError: ["log_cosh"],
        CosineSimilarity: [],
        R2Score: ["r2"],
        BinaryCrossentropy: ["bce"],
        CategoricalCrossentropy: [],
        SparseCategoricalCrossentropy: [],
        KLDivergence: ["kld", "kullback_leibler_divergence"],
        Poisson: [],
        Hinge: [],
        SquaredHinge: [],
        CategoricalHinge: [],
        Mean: [],
        Sum: [],
    },
)
register = registry.register


def get(identifier: Any, loss: Loss | None = None, output: Spec | None = None) -> Metric:
    """The metric for a name, a configuration, itself, or a plain function (y_true, y_pred).

    A metric asked for by a name is listed by that name. ``"accuracy"`` (or ``"acc"``) means the form that fits, as in Keras:

    - `BinaryAccuracy` where the output's last axis is 1, or where it is one number a sample, (batch,);
    - `SparseCategoricalAccuracy` where the loss takes the numbers of classes;
    - `CategoricalAccuracy` otherwise. For several yes/no outputs ask for ``"binary_accuracy"``.

    ``"crossentropy"`` (or ``"ce"``) likewise.

    Args:
        identifier: what was asked for.
        loss: of the output that the metric watches.
        output: spec of that output.

    >>> get("acc", output=Spec((None, 1)))
    BinaryAccuracy(name='acc', threshold=0.5)
    """
    if isinstance(identifier, str):
        if identifier.lower() in ("accuracy", "acc") and output is not None:
            return _fitting(loss, output, BinaryAccuracy, SparseCategoricalAccuracy, CategoricalAccuracy)(name=identifier)
        if identifier.lower() in ("crossentropy", "ce"):
            forms = (BinaryCrossentropy, SparseCategoricalCrossentropy, CategoricalCrossentropy)
            return _fitting(loss, output or Spec((None, 2)), *forms)(name=identifier)
        return registry.find(identifier)(name=identifier)
    if callable(identifier) and not isinstance(identifier, Metric | type):
        return FunctionMetric(identifier)
    return registry.get(identifier)


def deserialize(config: Any) -> Metric:
    """The metric of a configuration that `serialize` gave."""
    return registry.get(config)


def _fitting(
    loss: Loss | None, output: Spec, binary: type[MeanMetric], sparse: type[MeanMetric], categorical: type[MeanMetric]
) -> type[MeanMetric]:
    if output.ndim < 2 or output.shape[-1] == 1:
        return binary
    return sparse if loss is not None and loss.takes_labels else categorical
