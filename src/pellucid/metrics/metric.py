"""Metric: a number for people to judge by, summed up over samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from pellucid import initializers
from pellucid.autodiff import Tensor, as_tensor, current_context
from pellucid.configurable import Configurable, snake_case
from pellucid.errors import ArgumentError
from pellucid.metrics.metric_weight import MetricWeight, collected
from pellucid.metrics.quantity import Quantity

Array = npt.NDArray[Any]


class Metric(Configurable):
    """Base of all metrics: sums over samples (`statistics`) and a function of the sums (`from_totals`).

    Sums of batches add up to the sum of all samples, so a metric is right over batches of unequal size. A training loop uses
    these two; ``update_state``, ``result`` and ``reset_state`` are Keras' face on top of them, for use by hand.

    Or a subclass is written in Keras' manner: weights made with ``add_weight``, an ``update_state`` that adds to them
    (``assign_add``), and a ``result``. What a batch adds is then taken for its statistics, so that the metric runs within the
    training program all the same; therefore ``update_state`` is composed of operations, and does nothing with weights but add.

    A metric is a number, or an array (a confusion matrix, one number a class). Histories keep arrays as nested lists; the bar
    and callbacks that watch one number leave them out.

    Args:
        name: by which histories list it; the class's name where absent.

    >>> import pellucid as pl
    >>> metric = pl.metrics.BinaryAccuracy()
    >>> metric.update_state([[1.0], [0.0]], [[0.9], [0.8]])
    >>> metric.update_state([[1.0]], [[0.7]])
    >>> round(metric.result(), 3)
    0.667
    >>> class Above(pl.metrics.Metric):  # in Keras' manner
    ...     def __init__(self, limit=0.5, name="above"):
    ...         super().__init__(name=name)
    ...         self.limit = limit
    ...         self.total = self.add_weight(name="total")
    ...         self.count = self.add_weight(name="count")
    ...     def update_state(self, y_true, y_pred, sample_weight=None):
    ...         self.total.assign_add(pl.ops.sum(y_pred > self.limit))
    ...         self.count.assign_add(y_pred.shape[0])
    ...     def result(self):
    ...         return self.total / self.count
    >>> model = pl.Sequential([pl.Input((1,)), pl.layers.Dense(1, kernel_initializer="ones")])
    >>> model.compile("sgd", "mse", metrics=[Above()])
    >>> model.evaluate([[0.0], [1.0], [2.0]], [[0.0], [1.0], [2.0]], batch_size=2, verbose=0, return_dict=True)["above"]
    0.6666666666666666
    """

    largest_is_best: ClassVar[bool | None] = None
    """What callbacks with ``mode="auto"`` go by; None: they must be told."""

    _own_update: ClassVar[Callable[..., None] | None] = None  # update_state as a subclass in Keras' manner wrote it

    def __init__(self, name: str | None = None) -> None:
        if name is not None and not isinstance(name, str):
            raise ArgumentError(f"{type(self).__name__}: name must be a string. Received {name!r}. Pass settings by their names.")
        self.name = name or snake_case(type(self).__name__)
        self._totals: list[Array] = []
        self._samples = 0
        self._weights: list[MetricWeight] = []
        self._collecting = False
        if type(self).statistics is Metric.statistics and self._own_update is None:
            raise NotImplementedError(
                f"{type(self).__name__} needs statistics and from_totals; or, in Keras' manner, update_state and result."
            )

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        if "update_state" in vars(cls) and cls.statistics is Metric.statistics:
            cls._own_update = vars(cls)["update_state"]
            cls.update_state = _counted(cls.update_state)  # type: ignore[method-assign]

    def add_weight(
        self, shape: Sequence[int] = (), initializer: Any = "zeros", dtype: Any = None, name: str | None = None
    ) -> MetricWeight:
        """A number, or an array, to add to in ``update_state``: for a metric in Keras' manner.

        Args:
            shape: () for a number.
            initializer: of its value before any batch.
            dtype: for Keras' sake; sums are kept in float64.
            name: in messages.
        """
        initial = initializers.get(initializer)(tuple(shape), np.float64)
        self._weights.append(MetricWeight(name or f"weight_{len(self._weights)}", initial))
        return self._weights[-1]

    @property
    def variables(self) -> list[MetricWeight]:
        """What ``add_weight`` made."""
        return list(self._weights)

    def statistics(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> tuple[Tensor, ...]:
        """Tensors whose sums over their first axis are what ``from_totals`` needs.

        The first axis is the batch, or of length 1 where the batch is summed up already. Must be a composition of operations,
        because it becomes part of the training program. Of a metric in Keras' manner: what ``update_state`` adds to each weight.
        """
        weight = {} if sample_weight is None else {"sample_weight": sample_weight}
        return self._collect(lambda: self.update_state(y_true, y_pred, **weight))

    def from_totals(self, totals: Sequence[Array], samples: int) -> Any:
        """The metric, from the statistics summed over ``samples`` samples."""
        self._take_over(totals)
        result = np.asarray(self.result())
        return result.item() if result.ndim == 0 else result

    def _collect(self, update: Callable[[], None]) -> tuple[Tensor, ...]:
        self._collecting = True
        try:
            return collected(self._weights, update)
        finally:
            self._collecting = False

    def _take_over(self, totals: Sequence[Array]) -> None:
        for weight, total in zip(self._weights, totals, strict=False):
            weight.assign(weight.initial + total)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count a batch in.

        Within a model's traced code (``call``, ``compute_loss``) the metric belongs to the step instead: it is shown in
        histories by its name, summed over the epoch.
        """
        weights = None if sample_weight is None else as_tensor(sample_weight)
        prediction = as_tensor(y_pred)
        self._count(self.statistics(as_tensor(y_true), prediction, weights), prediction.shape[0])

    def _count(self, statistics: tuple[Tensor, ...], samples: int) -> None:
        context = current_context()
        if context is not None and (context.collects or context.symbolic):
            context.measures.append(Quantity(self.name, statistics, self.from_totals, self))
            return
        sums = [s.array.sum(axis=0, dtype=np.float64) for s in statistics]
        self._totals = sums if not self._totals else [total + s for total, s in zip(self._totals, sums, strict=True)]
        self._samples += samples

    def show(self, totals: Sequence[Array], samples: int) -> None:
        """Take over what a training loop has summed, so that ``result`` tells it."""
        self._totals, self._samples = [np.array(t) for t in totals], samples
        self._take_over(totals)

    def state(self) -> dict[str, Any]:
        """What is summed so far, for a checkpoint; `show` takes it up again."""
        totals = [w.numpy() - w.initial for w in self._weights] if self._weights else list(self._totals)
        return {"totals": totals, "samples": self._samples}

    def result(self) -> Any:
        """The metric over all batches since the last reset; 0 where there was none."""
        return self.from_totals(self._totals, self._samples) if self._samples else 0.0

    def reset_state(self) -> None:
        """Forget all batches."""
        self._totals = []
        self._samples = 0
        for weight in self._weights:
            weight.assign(weight.initial)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Count a batch in and give the result so far."""
        self.update_state(y_true, y_pred, sample_weight)
        return self.result()


def _counted(update: Callable[..., None]) -> Callable[..., None]:
    """``update_state`` in Keras' manner, which becomes part of a step where one is running."""

    @wraps(update)
    def counted(self: Metric, *values: Any, **named: Any) -> None:
        context = current_context()
        if self._collecting or context is None or not (context.collects or context.symbolic):
            update(self, *values, **named)
            return
        statistics = self._collect(lambda: update(self, *values, **named))
        context.measures.append(Quantity(self.name, statistics, self.from_totals, self))

    return counted
