"""Numbers for people to judge by, by Keras' names."""

from typing import Any

from pellucid.autodiff import Spec
from pellucid.configurable import Registry, serialize
from pellucid.losses import Loss
from pellucid.metrics.accuracy import Accuracy, BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy
from pellucid.metrics.mean_metric import FunctionMetric, MeanMetric
from pellucid.metrics.mean_squared_error import MeanSquaredError
from pellucid.metrics.metric import Metric

__all__ = [
    "Accuracy",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "FunctionMetric",
    "MeanMetric",
    "MeanSquaredError",
    "Metric",
    "SparseCategoricalAccuracy",
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
        MeanSquaredError: ["mse"],
    },
)
register = registry.register


def get(identifier: Any, loss: Loss | None = None, output: Spec | None = None) -> Metric:
    """The metric for a name, a configuration, itself, or a plain function (y_true, y_pred).

    A metric asked for by a name is listed by that name. ``"accuracy"`` (or ``"acc"``) means the form that fits, as in Keras:

    - `BinaryAccuracy` where the output's last axis is 1, or where it is one number a sample, (batch,);
    - `SparseCategoricalAccuracy` where the loss takes the numbers of classes;
    - `CategoricalAccuracy` otherwise. For several yes/no outputs ask for ``"binary_accuracy"``.

    Args:
        identifier: what was asked for.
        loss: of the output that the metric watches.
        output: spec of that output.

    >>> get("acc", output=Spec((None, 1)))
    BinaryAccuracy(threshold=0.5, name='acc')
    """
    if isinstance(identifier, str):
        if identifier.lower() in ("accuracy", "acc") and output is not None:
            return _accuracy(loss, output)(name=identifier)
        return registry.find(identifier)(name=identifier)
    if callable(identifier) and not isinstance(identifier, Metric | type):
        return FunctionMetric(identifier)
    return registry.get(identifier)


def _accuracy(loss: Loss | None, output: Spec) -> type[MeanMetric]:
    if output.ndim < 2 or output.shape[-1] == 1:
        return BinaryAccuracy
    return SparseCategoricalAccuracy if loss is not None and loss.takes_labels else CategoricalAccuracy
