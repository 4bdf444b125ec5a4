"""Data at the door of a model: what the user passed becomes samples in the model's order, or is refused in the user's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.autodiff.nest import flatten, pack_as
from pellucid.autodiff.spec import Shape
from pellucid.data.samples import Samples, as_arrays, class_weights, make_samples, refuse_beyond, sample_weights
from pellucid.errors import ArgumentError, DataError, NotBuiltError, ShapeError
from pellucid.models.compiling import Compiling
from pellucid.models.functional import by_names
from pellucid.models.streams import is_stream, peek
from pellucid.training import loop
from pellucid.training.own_steps import OwnSteps
from pellucid.training.sources import ArraySource
from pellucid.training.stream_source import StreamSource, parts_of
from pellucid.training.trainer import Trainer

Array = npt.NDArray[Any]


class Door(Compiling):
    """What `Model` does with data before the first step, and with results after the last."""

    def _samples(self, x: Any, y: Any, sample_weight: Any, *, mapped: bool = False) -> Samples:
        """What the user passed, as arrays in the order of the model's inputs and outputs; ``mapped``: see `as_arrays`."""
        self._require_init()
        inputs = _as_columns(as_arrays("x", self._ordered(x), mapped=mapped), self._input_shapes())
        count = len(inputs)
        for array, dtype, are_ids in zip(inputs, self.input_dtypes(count), self._inputs_of_ids(count), strict=True):
            refuse_beyond("x", array, np.dtype(np.int64) if are_ids and array.dtype.kind == "f" else dtype)
        if len(inputs[0]) == 0:
            raise DataError("x is empty: at least one sample is needed. Received 0 rows.")
        y, sample_weight = (self._by_output(name, v, inputs) for name, v in (("y", y), ("sample_weight", sample_weight)))
        targets = [] if y is None else as_arrays("y", y, mapped=mapped)
        weights = [] if sample_weight is None else sample_weights(sample_weight, len(inputs[0]))
        return make_samples(inputs, targets, weights)

    def _ordered(self, x: Any) -> Any:
        """A dictionary of inputs in the order of the model's; a subclass has that of the first data, whose names ``call`` gets.

        Raises:
            ArgumentError: the keys are others, or the first data were no dictionary.
        """
        if self._functional is not None:
            return self._functional.ordered(x)
        if self._seen is None:
            if isinstance(x, Mapping):
                self._keys_of_inputs = list(x)
            elif not (self._keys_of_inputs and isinstance(x, list | tuple) and len(x) == len(self._keys_of_inputs)):
                self._keys_of_inputs = None
            return x
        if not isinstance(x, Mapping):
            return x
        if self._keys_of_inputs is None:
            raise ArgumentError(
                f"x: the model was given its inputs without names, so its call takes none. Received a dictionary of {list(x)}. "
                "Pass a list, or compile the model again before it sees dictionaries."
            )
        return by_names("x", x, self._keys_of_inputs)

    def _input_shapes(self) -> Sequence[Shape]:
        """What was said of the shapes of the inputs, batch axis included; nothing where they are known from data alone."""
        return [leaf.shape for leaf in self._functional.input_leaves] if self._functional is not None else []

    def _inputs_of_ids(self, count: int) -> list[bool]:
        """Which of ``count`` inputs a layer takes as ids, as they are."""
        known = self._functional.inputs_of_ids if self._functional is not None else []
        return known if len(known) == count else [False] * count

    def _batch(self, x: Any, y: Any, sample_weight: Any) -> Samples:
        return self._samples(x, y, sample_weight, mapped=True)

    def _by_output(self, argument: str, value: Any, inputs: Sequence[Array]) -> Any:
        """The entries of a dictionary in the order of the outputs that it names."""
        if not isinstance(value, Mapping):
            return value
        return by_names(argument, value, self._output_names(self._specs_for(inputs)))

    def _checked(self, samples: Samples, mode: str = "train") -> Trainer:
        """The trainer for samples that it can be trained or evaluated on."""
        trainer = self._ready(samples.inputs)
        objective = trainer.objective
        if objective is not None:
            objective.meet(flatten(self._specs))
        if self._settings is None:
            lost = (
                f" Its {self._uncompiled} held a function, which a file cannot: pass it again, and model.optimizer to go on from "
                "its state."
                if self._uncompiled
                else ""
            )
            raise NotBuiltError(
                f"{self.name}: compile(optimizer=..., loss=...) the model before training or evaluating it.{lost}"
            )
        if mode in self._own_modes:
            return trainer  # what fits is for its step to say
        if objective is None:
            raise NotBuiltError(f"{self.name}: evaluation needs a call method, or a test_step beside the train_step.")
        if samples.targets and not objective.target_count and not objective.has_loss:
            raise ArgumentError(
                f"{self.name}: compiled with neither loss nor metrics, so y is of no use. Call compile(optimizer=..., loss=...), "
                "or leave y out where layers add the loss."
            )
        trainer.check(samples, mode)
        return trainer

    def _in_order(self, results: Mapping[str, Any], as_dict: bool) -> Any:
        return loop.as_logs(results, self._objective.names if self._objective is not None else [], as_dict)

    def _stream(
        self, argument: str, batches: Iterable[Any], steps: int | None, steps_name: str, mode: str = "train"
    ) -> tuple[Trainer, StreamSource]:
        def read(x: Any, y: Any, sample_weight: Any) -> Samples:
            samples = self._batch(x, y, sample_weight)
            self._checked(samples, mode)  # each: sequences of one batch may be longer than those of another
            return samples

        first, stream = peek(argument, batches)
        return self._checked(self._batch(*parts_of(first)), mode), StreamSource(stream, read, steps=steps, steps_name=steps_name)

    def _validation(self, data: Any, batch_size: int, steps: int | None) -> loop.Source:
        seen = self._seen
        source: loop.Source
        if not isinstance(data, tuple) and is_stream(data):
            _, source = self._stream("validation_data", data, steps, "validation_steps", "evaluate")
        elif isinstance(data, tuple | list) and 2 <= len(data) <= 3:
            samples = self._samples(*parts_of(data))
            self._checked(samples, "evaluate")
            source = ArraySource(samples, batch_size, shuffle=False, steps=steps, steps_name="validation_steps")
        else:
            raise ArgumentError(
                "validation_data must be (x, y), (x, y, sample_weight), or an iterable of batches. "
                f"Received {type(data).__name__}."
            )
        if self._seen != seen:
            raise ShapeError(f"validation_data: one sample of x must have shape {seen}, as in training. Received {self._seen}.")
        return source

    def _pack_outputs(self, outputs: list[Array], trainer: Trainer | None = None) -> Any:
        """What ``trainer``, by default the model's own, gave out, in the structure that the user knows."""
        trainer = trainer or self._trainer
        if isinstance(trainer, OwnSteps) and "predict" in trainer.own:
            return pack_as(trainer.structure, outputs)
        return pack_as(self._specs, outputs)


def weighted_by_class(samples: Samples, weights: Mapping[int, float]) -> Samples:
    """The samples with the weights of their classes, which multiply their own.

    Raises:
        ArgumentError: there are several targets.
    """
    if len(samples.targets) != 1:
        raise ArgumentError("class_weight: only for a model with a single target. Pass sample_weight instead.")
    by_class = class_weights(weights, samples.targets[0])
    if not samples.weights:
        return samples.with_weights([by_class])
    own = samples.weights[0]
    return samples.with_weights([by_class.reshape(-1, *[1] * (own.ndim - 1)) * own])


def _as_columns(inputs: list[Array], shapes: Sequence[Shape]) -> list[Array]:
    """A flat array becomes a column where the model takes columns of one feature, as in Keras."""
    if len(inputs) != len(shapes):
        return inputs
    columns = (a.ndim == 1 and len(shape) == 2 and shape[1] == 1 for a, shape in zip(inputs, shapes, strict=True))
    return [a[:, None] if column else a for a, column in zip(inputs, columns, strict=True)]
