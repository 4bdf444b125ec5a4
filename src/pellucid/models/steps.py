"""The steps of a model: what happens to one batch, to be overridden where the usual is not what is wanted.

From the least to the most freedom:

- ``compute_loss`` becomes part of the compiled program, like a layer's ``call``;
- ``train_step``, ``test_step`` and ``predict_step`` are plain Python on tensors that have values, one step a call.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pellucid.autodiff import Tensor, as_tensor, current_context
from pellucid.autodiff.nest import flatten
from pellucid.errors import ArgumentError, NotBuiltError
from pellucid.layers.layer import Layer
from pellucid.metrics import Mean, Metric

if TYPE_CHECKING:
    from pellucid.optimizers import Optimizer
    from pellucid.training.objective import Objective


class Steps(Layer):
    """What `Model` does with a batch.

    >>> import numpy as np, pellucid as pl
    >>> class Careful(pl.Model):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.dense = pl.layers.Dense(1)
    ...     def call(self, x):
    ...         return self.dense(x)
    ...     def train_step(self, data):
    ...         x, y = data
    ...         loss = self.compute_loss(y=y, y_pred=self(x, training=True))
    ...         loss.backward()
    ...         gradients = [0.5 * p.grad for p in self.trainable_weights]
    ...         self.optimizer.apply(gradients, self.trainable_weights)
    ...         return {"loss": loss}
    >>> model = Careful()
    >>> model.compile("sgd", "mse")
    >>> history = model.fit(np.ones((8, 2)), np.ones((8, 1)), epochs=3, verbose=0)
    >>> len(history.history["loss"])
    3
    """

    _loss_tracker: Mean

    if TYPE_CHECKING:

        @property
        def optimizer(self) -> Optimizer: ...
        def _objective_of(self, y_pred: Any) -> Objective: ...
        @property
        def _objective(self) -> Objective | None: ...

    # --- the loss, traced --------------------------------------------------------------------------------------------

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Tensor:
        """The number to descend on: the compiled losses by their weights, what layers added, the regularizers' penalties.

        Override it to compute another, of operations, with ``super().compute_loss(...)`` for the usual one. It is traced into the
        compiled program, so training stays as fast as with a loss by name. A metric that is updated within it is summed by the
        program, and shown in histories by its name.

        Args:
            x, y: what the batch brought, in the structure of the model's inputs and outputs; y is None where there is none.
            y_pred: what ``call`` made of x.
            sample_weight: one for each sample (by output, where there are several), or None.
            training: False in evaluation.

        Raises:
            ArgumentError: there is no loss at all.
        """
        terms, parts = self._objective_of(y_pred).losses(y, y_pred, sample_weight)
        context = current_context()
        if context is not None:
            context.measures.extend(parts)
        terms = [*terms, *self.losses]
        if not terms:
            raise ArgumentError(
                f"{self.name}: compiled without a loss to descend on. Call compile(optimizer=..., loss=...), add one by "
                "add_loss in a layer, or override compute_loss."
            )
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        return total

    # --- one batch, in Python ------------------------------------------------------------------------------------------

    def train_step(self, data: Any) -> dict[str, Any]:
        """One step of learning on one batch. `fit` calls it for each batch where it is overridden, and runs a program where not.

        Written as it may be overridden: plain Python on tensors with values. Gradients of the parameters are None when it begins.
        New values of layers' state (moving averages) take effect as they are computed.

        Args:
            data: ``(x, y)``, ``(x, y, sample_weight)``, or x alone where there is no y.

        Returns:
            What to show, by name: a number as it is (a metric's ``result()``), a tensor averaged over the epoch's samples.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=True)  # 1 forward, 2 output
        loss = self.compute_loss(x, y, y_pred, sample_weight, True)  # 3 loss
        self.zero_grad()
        trained = self.trainable_weights
        if loss.requires_grad:
            loss.backward()  # 4 gradient ...
        self.optimizer.step([p.grad for p in trained], trained, batch_size(x))  # ... and update
        self._loss_tracker.update_state(loss, sample_weight=batch_size(x))
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def test_step(self, data: Any) -> dict[str, Any]:
        """One batch of evaluation; as `train_step`."""
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=False)
        loss = self.compute_loss(x, y, y_pred, sample_weight, False)
        self._loss_tracker.update_state(loss, sample_weight=batch_size(x))
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def predict_step(self, data: Any) -> Any:
        """The outputs for one batch; as `train_step`."""
        x, _, _ = unpack_x_y_sample_weight(data)
        return self(x, training=False)

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters; ``backward`` adds to what is there."""
        for parameter in self.weights:
            parameter.grad = None

    # --- metrics -------------------------------------------------------------------------------------------------------

    @property
    def metrics(self) -> list[Metric]:
        """The mean of the loss, the compiled metrics (once outputs are known), and those that the model or its layers hold.

        Their ``result()`` is that of the last epoch or evaluation. For a `train_step` of one's own.
        """
        compiled = [] if self._objective is None else [metric for _, metric in self._objective.metrics()]
        return list({id(m): m for m in (self._loss_tracker, *compiled, *_metrics_in(self))}.values())

    @property
    def metrics_names(self) -> list[str]:
        """What ``evaluate`` returns, in order."""
        if self._objective is None:
            raise NotBuiltError(f"{self.name}: metrics_names exist once the model was compiled and has seen data.")
        return self._objective.names

    def reset_metrics(self) -> None:
        """Let every metric begin anew; done at the beginning of each epoch and evaluation."""
        for metric in self.metrics:
            metric.reset_state()

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """Count a batch into the compiled metrics, and give the results of all."""
        if y is not None:
            self._objective_of(y_pred).update_metrics(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def get_metrics_result(self) -> dict[str, Any]:
        """The results of all metrics by the names by which histories list them."""
        compiled = [] if self._objective is None else self._objective.metrics()
        named = {id(metric): name for name, metric in compiled}
        return {named.get(id(m), m.name): m.result() for m in self.metrics}


def _metrics_in(layer: Layer) -> Iterator[Metric]:
    """Metrics that are attributes of a layer, or in lists or dictionaries that are; then its layers'."""
    for name, value in vars(layer).items():
        if name not in ("_loss_tracker", "_settings"):
            held = value if isinstance(value, list | tuple) else value.values() if isinstance(value, dict) else (value,)
            yield from (v for v in held if isinstance(v, Metric))
    for _, child in layer._children():
        yield from _metrics_in(child)


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """x, y and sample_weight of what a step gets; None what is not there.

    >>> unpack_x_y_sample_weight(("x", "y"))
    ('x', 'y', None)
    """
    if not isinstance(data, tuple):
        return data, None, None
    x, y, sample_weight = (*data, None, None)[:3]
    return x, y, sample_weight


def batch_size(x: Any) -> int:
    """How many samples a structure of inputs holds."""
    return int(as_tensor(flatten(x)[0]).shape[0])
