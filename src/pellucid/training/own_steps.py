"""Steps that a model writes itself: plain Python on tensors with values, one step a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pellucid.autodiff import CallContext, Parameter, Spec, Tensor, as_tensor, call_context
from pellucid.autodiff.nest import flatten
from pellucid.data.samples import Samples
from pellucid.engine.link import CLOCK_STEP
from pellucid.errors import ArgumentError
from pellucid.metrics.quantity import Quantity, mean_over_samples
from pellucid.training.step import numbered
from pellucid.training.sums import Sums
from pellucid.training.trainer import Array, Trainer

METHODS = {"train": "train_step", "evaluate": "test_step", "predict": "predict_step"}
"""What a model overrides to do its steps of each mode itself."""


class ShownSums(Sums):
    """What steps of a model's own returned: a number is shown as it is, a tensor as the mean over the epoch's samples."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[str, Any] = {}

    def take(self, logs: Mapping[str, Any], measures: list[Quantity], size: int) -> None:
        """Count in what one step returned, and what layers left behind in it."""
        tensors = [mean_over_samples(name, value) for name, value in logs.items() if isinstance(value, Tensor)]
        self.add(numbered([*tensors, *measures]), size)
        self._last = dict(logs)
        self.samples += size

    def reset(self) -> None:
        super().reset()
        self._last = {}

    def results(self) -> dict[str, Any]:
        means = super().results()
        shown = {name: means.get(name, value) for name, value in self._last.items()}
        numbers = {name: value if np.ndim(value) else float(value) for name, value in shown.items()}
        return {**numbers, **{name: value for name, value in means.items() if name not in numbers}}


class OwnSteps(Trainer):
    """A trainer of a model that overrides ``train_step``, ``test_step`` or ``predict_step``; the other modes are planned.

    Args:
        own: the modes that the model does itself.
    """

    def __init__(self, *arguments: Any, own: frozenset[str], **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.own = own
        self.structure: Any = None  # of what predict_step returned
        if "train" in own:
            self.training_sums: Sums = ShownSums()
        if "evaluate" in own:
            self.other_sums: Sums = ShownSums()

    def twin(self) -> Trainer:
        return OwnSteps(self.model, self.slots, self.objective, run_eagerly=self.run_eagerly, seed=self.seed, own=self.own)

    def in_python(self, mode: str) -> bool:
        return mode in self.own or super().in_python(mode)

    def check(self, batch: Samples, mode: str = "train") -> None:
        if mode not in self.own:
            super().check(batch, mode)

    def state(self) -> dict[str, Any]:
        """With what the metrics have counted, which `train_step` asks for their results."""
        model: Any = self.model
        return {**super().state(), "metrics": [metric.state() for metric in model.metrics]}

    def load_state(self, state: Mapping[str, Any]) -> None:
        super().load_state(state)
        model: Any = self.model
        for metric, kept in zip(model.metrics, state["metrics"], strict=True):
            metric.show(kept["totals"], kept["samples"])

    def begin_epoch(self) -> None:
        super().begin_epoch()
        self._reset_metrics("train")

    def begin_evaluation(self) -> None:
        super().begin_evaluation()
        self._reset_metrics("evaluate")

    def _reset_metrics(self, mode: str) -> None:
        model: Any = self.model
        if mode in self.own:
            model.reset_metrics()

    def train_eagerly(self, batch: Samples) -> None:
        if "train" not in self.own:
            super().train_eagerly(batch)
            return
        assert self.optimizer is not None
        with self.lock:
            before = self.clock[CLOCK_STEP] = self.optimizer.batches
            for parameter in self.model.weights:
                parameter.grad = None
            logs, measures = self._call("train", batch, self.clock)
            assert isinstance(self.training_sums, ShownSums)
            if self.optimizer.batches == before:  # steps are counted whatever optimizers the model used
                self.optimizer.batches += 1
            self.clock += (int(self.optimizer.batches) - int(before), len(batch))
            self.training_sums.take(logs, measures, len(batch))

    def evaluate_eagerly(self, batch: Samples) -> None:
        if "evaluate" not in self.own:
            super().evaluate_eagerly(batch)
            return
        with self.lock:
            logs, measures = self._call("evaluate", batch, self._other_clocks["evaluate"])
            assert isinstance(self.other_sums, ShownSums)
            self.other_sums.take(logs, measures, len(batch))
            self._other_clocks["evaluate"] += (1, len(batch))

    def predict_eagerly(self, batch: Samples) -> list[Array]:
        if "predict" not in self.own:
            return super().predict_eagerly(batch)
        with self.lock:
            outputs, _ = self._call("predict", batch, self._other_clocks["predict"])
            self._other_clocks["predict"] += (1, len(batch))
            self.structure = outputs
            return [as_tensor(y).array for y in flatten(outputs)]

    def _call(self, mode: str, batch: Samples, clock: Array) -> tuple[Any, list[Quantity]]:
        """Run the model's own step on a batch; what it returned, and what layers left behind."""
        now = clock.copy()
        context = CallContext(
            training=mode == "train", clock=Tensor(Spec.of(now), now), seed=self.seed, updates=_AtOnce(), losses=[]
        )
        step: Callable[[Any], Any] = getattr(self.model, METHODS[mode])
        with call_context(context):
            result = step(self._data(batch))
        if mode != "predict" and not isinstance(result, Mapping):
            raise ArgumentError(
                f"{self.model.name}: {METHODS[mode]} must return a dictionary of what to show, such as {{'loss': loss}}. "
                f"Received {type(result).__name__}."
            )
        return result, context.measures

    def _data(self, batch: Samples) -> Any:
        """The batch as Keras hands it over: ``(x, y)``, ``(x, y, sample_weight)``, or x alone."""
        i, t = len(batch.inputs), len(batch.targets)
        tensors = [
            Tensor(Spec(array.shape, dtype), np.ascontiguousarray(array, dtype))
            for array, dtype in zip(batch.arrays, self._dtypes(batch), strict=True)
        ]
        x, y, weights = (tensors[:i], tensors[i : i + t], tensors[i + t :])
        inputs = self.model.pack_inputs(list(x))
        if not y:
            return inputs
        targets = self._packed(y)
        return (inputs, targets, self._packed(weights)) if weights else (inputs, targets)

    def _packed(self, tensors: list[Tensor]) -> Any:
        return tensors[0] if len(tensors) == 1 else tensors

    def _dtypes(self, batch: Samples) -> list[np.dtype[Any]]:
        if self.objective is not None and self.objective.target_count == len(batch.targets):
            return super()._dtypes(batch)
        inputs = self.model.input_dtypes(len(batch.inputs))
        targets = [np.dtype(np.int64) if t.dtype.kind in "iub" else inputs[0] for t in batch.targets]
        return [*inputs, *targets, *(np.dtype(np.float32) for _ in batch.weights)]


class _AtOnce(list[tuple[Parameter, Tensor]]):
    """New values of layers' state that take effect as they come: a model may call a layer more than once in its step."""

    def append(self, entry: tuple[Parameter, Tensor]) -> None:
        state, value = entry
        state.assign(value.array)
