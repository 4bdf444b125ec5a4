"""Objective: what a model is trained on and judged by: losses, their weights, metrics, for each output."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid import losses as losses_module
from pellucid import metrics as metrics_module
from pellucid.arguments import real
from pellucid.autodiff import Spec, Tensor
from pellucid.autodiff.nest import flatten
from pellucid.errors import ArgumentError, ShapeError
from pellucid.losses import FunctionLoss, Loss
from pellucid.metrics import Metric
from pellucid.metrics.quantity import Quantity, mean_over_samples

Array = npt.NDArray[Any]


@dataclass
class _Output:
    name: str
    spec: Spec
    loss: Loss | None
    weight: float
    metrics: list[tuple[str, Metric]] = field(default_factory=list)
    weighted_metrics: list[tuple[str, Metric]] = field(default_factory=list)


class Objective:
    """The losses and metrics of ``compile``, resolved for a model's outputs.

    Args:
        names, specs: of the model's outputs.
        loss: one for all outputs, or one for each (list, or dictionary by output name); None leaves an output without.
        loss_weights: likewise, 1 where absent. The loss that is descended on is the weighted sum.
        metrics, weighted_metrics: names, functions or `Metric` objects: a list for a single output; for several a list of
            lists, or a dictionary by output name. Those of ``weighted_metrics`` count samples by ``sample_weight``.
        own_loss: whether the model computes its loss itself; with neither loss nor metrics compiled it gets targets of any number
            and shape, or none.
    """

    def __init__(
        self,
        names: Sequence[str],
        specs: Sequence[Spec],
        loss: Any,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        own_loss: bool = False,
    ) -> None:
        count = len(names)
        per_loss = _per_output("loss", loss, names, repeat=True)
        per_weight = _per_output("loss_weights", loss_weights, names, repeat=False)
        per_metric = _metrics_per_output("metrics", metrics, names)
        per_weighted = _metrics_per_output("weighted_metrics", weighted_metrics, names)
        self.outputs: list[_Output] = []
        for i in range(count):
            chosen = None if per_loss[i] is None else losses_module.get(per_loss[i])
            weight = 1.0 if per_weight[i] is None else real("compile", "loss_weights", per_weight[i])
            output = _Output(names[i], specs[i], chosen, weight)
            taken: list[str] = []
            output.metrics = [_resolve(m, chosen, specs[i], taken) for m in per_metric[i]]
            output.weighted_metrics = [_resolve(m, chosen, specs[i], taken, "weighted_") for m in per_weighted[i]]
            self.outputs.append(output)
        self.has_loss = own_loss or any(o.loss is not None for o in self.outputs)
        self.takes_any_target = own_loss and not self.target_count

    @property
    def target_count(self) -> int:
        """How many targets a batch must bring: one for each output that has a loss or a metric."""
        return len([o for o in self.outputs if _needs_target(o)])

    def meet(self, specs: Sequence[Spec]) -> None:
        """Take targets for outputs of these shapes from now on: for sequences of another length, say."""
        for output, spec in zip(self.outputs, specs, strict=True):
            output.spec = spec

    def target_dtypes(self, targets: Sequence[Array]) -> list[np.dtype[Any]]:
        """In which dtype each target is handed to the step."""
        if self.takes_any_target:
            floats = self.outputs[0].spec.dtype if self.outputs[0].spec.is_float else np.dtype(np.float32)
            return [np.dtype(np.int64) if t.dtype.kind in "iub" else floats for t in targets]
        wanted = []
        for output, target in zip(self._with_target(), targets, strict=True):
            if output.loss is not None:
                wanted.append(output.loss.target_dtype(output.spec))
            elif target.dtype.kind in "iub":
                wanted.append(np.dtype(np.int64))
            else:
                wanted.append(output.spec.dtype if output.spec.is_float else np.dtype(np.float32))
        return wanted

    def check_targets(self, targets: Sequence[Array]) -> None:
        """Refuse targets that the losses cannot be computed on; see `Loss.check_targets`."""
        if self.takes_any_target:
            return
        expected = self._with_target()
        if len(targets) != len(expected):
            names = ", ".join(o.name for o in expected) or "none"
            raise ArgumentError(
                f"y must have one array for each output with a loss ({names}): {len(expected)}. Received {len(targets)}."
                f"{'' if targets else ' Pass y.'}"
            )
        for output, target in zip(expected, targets, strict=True):
            if output.loss is not None:
                output.loss.check_targets(target, output.spec)

    def check_weights(self, weights: Sequence[Array]) -> None:
        """Refuse weights that are not one a sample, or one for each value of the loss.

        Raises:
            ShapeError: the shape fits neither.
        """
        if self.takes_any_target:
            return
        outputs = self._with_target()
        for output, weight in zip(outputs, weights if len(weights) > 1 else [*weights] * len(outputs), strict=False):
            shape = weight.shape[1:-1] if weight.shape[1:] and weight.shape[-1] == 1 else weight.shape[1:]
            values = output.spec.shape[1:-1]
            fits = len(shape) <= len(values) and all(n in (1, m) for n, m in zip(shape, values, strict=False))
            if not fits and not isinstance(output.loss, FunctionLoss):
                raise ShapeError(
                    f"sample_weight: sample weights of shape {weight.shape} do not fit the output {output.name!r}. Pass one a "
                    f"sample, of shape {weight.shape[:1]}{f', or one a value, {(len(weight), *values)}' if values else ''}."
                )

    def _with_target(self) -> list[_Output]:
        return [o for o in self.outputs if _needs_target(o)]

    def pack(self, values: Sequence[Any], y_pred: Any) -> Any:
        """Targets, or weights, as ``compute_loss`` takes them: None, one, a list, or a dictionary where the outputs are one."""
        if not values or all(v is None for v in values):
            return None
        if len(values) == 1:
            return values[0]
        names = [o.name for o in self._with_target()]
        return (
            dict(zip(names, values, strict=True)) if isinstance(y_pred, Mapping) and len(names) == len(values) else list(values)
        )

    def spread(self, values: Any) -> list[Any]:
        """One entry for each output that has a loss or a metric, from what `pack` made, or from what is meant for all."""
        expected = self._with_target()
        if isinstance(values, Mapping):
            return [values.get(o.name) for o in expected]
        if isinstance(values, list | tuple) and len(values) == len(expected):
            return list(values)
        return [values] * len(expected)

    def losses(self, y: Any, y_pred: Any, sample_weight: Any) -> tuple[list[Tensor], list[Quantity]]:
        """The losses of the outputs, each by its weight, and for several outputs the history's entries for each.

        Args:
            y, sample_weight: as `pack` gives them.
            y_pred: the outputs, in the model's structure.
        """
        several = len(self.outputs) > 1
        terms: list[Tensor] = []
        parts: list[Quantity] = []
        pairs = zip(self._with_outputs(flatten(y_pred)), self.spread(y), self.spread(sample_weight), strict=True)
        for (output, prediction), target, weight in pairs:
            if output.loss is not None:
                value = output.loss(target, prediction, weight)
                if several:
                    parts.append(mean_over_samples(f"{output.name}_loss", value))
                terms.append(value if output.weight == 1.0 else value * output.weight)
        return terms, parts

    def measure(self, outputs: Sequence[Tensor], targets: Sequence[Tensor], weights: Sequence[Tensor | None]) -> list[Quantity]:
        """What the metrics contribute to the history, as tensors of the running step."""
        if not self.target_count:
            return []
        return [
            Quantity(name, metric.statistics(y_true, y_pred, weight if weighted else None), metric.from_totals, metric)
            for (output, y_pred), y_true, weight in zip(self._with_outputs(outputs), targets, weights, strict=True)
            for name, metric, weighted in self._metrics_of(output)
        ]

    def metrics(self) -> list[tuple[str, Metric]]:
        """All metrics with the names by which histories list them."""
        return [(name, metric) for output in self.outputs for name, metric, _ in self._metrics_of(output)]

    def update_metrics(self, y: Any, y_pred: Any, sample_weight: Any) -> None:
        """Count a batch in, by hand; arguments as for `losses`."""
        triples = zip(self._with_outputs(flatten(y_pred)), self.spread(y), self.spread(sample_weight), strict=True)
        for (output, prediction), target, weight in triples:
            for _, metric, weighted in self._metrics_of(output):
                metric.update_state(target, prediction, weight if weighted else None)

    def _metrics_of(self, output: _Output) -> list[tuple[str, Metric, bool]]:
        """Name, metric, and whether it counts samples by their weights."""
        prefix = f"{output.name}_" if len(self.outputs) > 1 else ""
        plain = [(prefix + name, metric, False) for name, metric in output.metrics]
        return plain + [(prefix + name, metric, True) for name, metric in output.weighted_metrics]

    def _with_outputs(self, outputs: Sequence[Tensor]) -> list[tuple[_Output, Tensor]]:
        return [(o, y) for o, y in zip(self.outputs, outputs, strict=True) if _needs_target(o)]

    @property
    def names(self) -> list[str]:
        """The names of the quantities, in the order in which histories list them."""
        several = len(self.outputs) > 1
        losses = ["loss"] if self.has_loss else []
        parts = [f"{o.name}_loss" for o in self.outputs if several and o.loss is not None]
        return [*losses, *parts, *(name for name, _ in self.metrics())]


def _needs_target(output: _Output) -> bool:
    return output.loss is not None or bool(output.metrics or output.weighted_metrics)


def _resolve(identifier: Any, loss: Loss | None, spec: Spec, taken: list[str], prefix: str = "") -> tuple[str, Metric]:
    """A metric, and a name for it that is not taken yet: as in Keras, with a prefix or a number where it would be."""
    metric = metrics_module.get(identifier, loss, spec)
    name = identifier if isinstance(identifier, str) else metric.name
    if name in taken:
        name = prefix + name
    count = sum(1 for other in taken if other == name or re.fullmatch(re.escape(name) + r"_\d+", other))
    name = f"{name}_{count}" if name in taken else name
    taken.append(name)
    return name, metric


def _per_output(argument: str, value: Any, names: Sequence[str], *, repeat: bool) -> list[Any]:
    """One entry for each output from a single value, a list or a dictionary by name."""
    if isinstance(value, Mapping) and "class_name" not in value:
        strange = sorted(set(value) - set(names))
        if strange:
            raise ArgumentError(f"{argument}: {strange} are not outputs of the model. Its outputs: {', '.join(names)}.")
        return [value.get(name) for name in names]
    if isinstance(value, list | tuple):
        if len(value) != len(names):
            raise ArgumentError(f"{argument}: one entry for each of {len(names)} outputs is needed. Received {len(value)}.")
        return list(value)
    if value is None or repeat or len(names) == 1:
        return [value] * len(names)
    raise ArgumentError(f"{argument}: pass a list with one entry for each output ({', '.join(names)}). Received {value!r}.")


def _metrics_per_output(argument: str, value: Any, names: Sequence[str]) -> list[list[Any]]:
    if value is None:
        return [[] for _ in names]
    if isinstance(value, Mapping):
        return [_as_list(v) for v in _per_output(argument, value, names, repeat=False)]
    if not isinstance(value, list | tuple):
        raise ArgumentError(f"{argument}: pass a list, such as ['accuracy']. Received {value!r}.")
    if len(names) == 1:
        flat = [m for entry in value for m in _as_list(entry)]
        return [flat]
    if len(value) != len(names) or not all(isinstance(v, list | tuple) or v is None for v in value):
        raise ArgumentError(
            f"{argument}: for several outputs pass a list of lists or a dictionary by output name ({', '.join(names)}). "
            f"Received {value!r}."
        )
    return [_as_list(v) for v in value]


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
