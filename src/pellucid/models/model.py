"""Model: layers with ``compile``, ``fit``, ``evaluate``, ``predict``, by Keras' names and meanings."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid import losses, optimizers
from pellucid.arguments import integer
from pellucid.autodiff import Spec, Tensor
from pellucid.autodiff.nest import flatten, map_structure, pack_as
from pellucid.callbacks import Callback, CallbackList, History, ProgressBar
from pellucid.data.samples import (
    Samples,
    as_arrays,
    class_weights,
    make_samples,
    sample_weights,
    split_last,
)
from pellucid.engine.plan import Plan
from pellucid.errors import ArgumentError, NotBuiltError, ShapeError
from pellucid.layers.layer import Layer
from pellucid.models.functional import FunctionalGraph
from pellucid.optimizers import Optimizer
from pellucid.random.seed import get_seed
from pellucid.training import loop
from pellucid.training.objective import Objective
from pellucid.training.sources import ArraySource, StreamSource, as_batch
from pellucid.training.trainer import Trainer

Array = npt.NDArray[Any]

_PREDICT_BATCH = 256


class Model(Layer):
    """A layer that can be trained.

    Three ways to make one: `Sequential`, a stack of layers; ``Model(inputs, outputs)``, a graph between symbolic tensors; a
    subclass with a ``call`` of its own.

    Args:
        inputs, outputs: symbolic tensors that start from ``Input``, or lists or dictionaries of them.
        name: for messages and summaries.

    >>> import pellucid as pl
    >>> x = pl.Input((2,))
    >>> model = pl.Model(x, pl.layers.Dense(3)(x))
    >>> model.count_params()
    9
    """

    def __init__(self, inputs: Any = None, outputs: Any = None, *, name: str | None = None, **layer: Any) -> None:
        super().__init__(name=name, **layer)
        self.stop_training = False
        self.history: History | None = None
        self._functional: FunctionalGraph | None = None
        self._settings: dict[str, Any] | None = None  # as passed to compile
        self._optimizer: Optimizer | None = None
        self._trainer: Trainer | None = None
        self._seen: list[tuple[int, ...]] = []  # shapes of one sample of each input
        if (inputs is None) != (outputs is None):
            raise ArgumentError("Model: pass both inputs and outputs, or neither and write a call method in a subclass.")
        if inputs is not None:
            self._functional = FunctionalGraph(inputs, outputs)
            self._graph_layers = self._functional.layers
            self._parameters += self._functional.free_parameters
            self._output_specs = map_structure(lambda t: t.spec, outputs)
            self.built = True

    def call(self, inputs: Any) -> Any:
        if self._functional is None:
            raise NotImplementedError(f"{type(self).__name__} needs a call method, or inputs and outputs.")
        return self._functional.replay(inputs)

    # --- what it is made of -----------------------------------------------------------------------------------------

    @property
    def layers(self) -> list[Layer]:
        """The layers held directly, each once."""
        return list({id(layer): layer for _, layer in self._children()}.values())

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """The layer of this name or at this place.

        Raises:
            ArgumentError: there is none.
        """
        layers = self.layers
        if name is None and index is not None and -len(layers) <= index < len(layers):
            return layers[index]
        for layer in layers:
            if name is not None and layer.name == name:
                return layer
        raise ArgumentError(f"{self.name}: no layer {name or index!r}. Its layers: {', '.join(one.name for one in layers)}.")

    @property
    def inputs(self) -> list[Tensor]:
        self._require_functional("inputs")
        assert self._functional is not None
        return self._functional.input_leaves

    @property
    def outputs(self) -> list[Tensor]:
        self._require_functional("outputs")
        assert self._functional is not None
        return self._functional.output_leaves

    def _require_functional(self, what: str) -> None:
        if self._functional is None:
            raise NotBuiltError(f"{self.name}: {what} exist for a functional model, Model(inputs, outputs), only.")

    def pack_inputs(self, leaves: list[Any]) -> Any:
        if self._functional is not None and len(leaves) == len(self._functional.input_leaves):
            return pack_as(self._functional.inputs, leaves)
        return leaves[0] if len(leaves) == 1 else leaves

    def summary(self, print_fn: Any = None) -> None:
        """Print the layers with their output shapes and the arithmetic of their parameters.

        Args:
            print_fn: gets the text instead of standard output.
        """
        from pellucid.models.summary import summary

        text = summary(self)
        (print_fn or print)(text)

    # --- compile ----------------------------------------------------------------------------------------------------

    def compile(
        self,
        optimizer: Any = "adam",
        loss: Any = None,
        metrics: Any = None,
        *,
        loss_weights: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
    ) -> None:
        """Choose how to learn; weights stay as they are.

        Args:
            optimizer: name or `Optimizer`.
            loss: name, `Loss`, or function (y_true, y_pred); for several outputs a list, or a dictionary by output name.
            metrics: list of names, `Metric` objects or functions; see `Objective` for several outputs.
            loss_weights: for several outputs, how much each loss counts.
            weighted_metrics: metrics that count samples by ``sample_weight``.
            run_eagerly: run every step in Python, with values: slow, for debugging.

        Raises:
            ArgumentError: a name is not known; the nearest one is suggested.
        """
        self._optimizer = optimizers.get(optimizer)
        self._settings = {
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
        }
        self._run_eagerly = bool(run_eagerly)
        self._trainer = None
        if self.built and self._output_specs is not None:
            self._objective_for(self._output_specs)  # refuses unknown names here rather than in fit
        elif isinstance(loss, str):
            losses.get(loss)

    @property
    def optimizer(self) -> Optimizer:
        """The compiled optimizer; its ``learning_rate`` may be assigned at any time."""
        if self._optimizer is None:
            raise NotBuiltError(f"{self.name}: compile(...) the model first.")
        return self._optimizer

    @property
    def run_eagerly(self) -> bool:
        return self._run_eagerly if self._settings is not None else False

    @run_eagerly.setter
    def run_eagerly(self, value: bool) -> None:
        self._run_eagerly = bool(value)
        self._trainer = None

    @property
    def metrics_names(self) -> list[str]:
        """What ``evaluate`` returns, in order."""
        if self._trainer is None or self._trainer.objective is None:
            raise NotBuiltError(f"{self.name}: metrics_names exist once the model was compiled and has seen data.")
        return self._trainer.objective.names

    def _objective_for(self, output_specs: Any) -> Objective:
        assert self._settings is not None
        specs: list[Spec] = flatten(output_specs)
        if self._functional is not None:
            names = self._functional.output_names
        elif isinstance(output_specs, dict):
            names = list(output_specs)
        else:
            names = ["output"] if len(specs) == 1 else [f"output_{i}" for i in range(len(specs))]
        return Objective(names, specs, **self._settings)

    def _build_from(self, inputs: list[Array]) -> Any:
        """Build for data of these shapes; the structure of output specs."""
        leaves = [Spec((None, *a.shape[1:]), self.dtype) for a in inputs]
        return self.infer_outputs(self.pack_inputs(leaves))

    def _ready(self, inputs: list[Array], *, for_training: bool) -> Trainer:
        """The trainer, made at first use, once shapes are known."""
        self._require_init()
        shapes = [a.shape[1:] for a in inputs]
        if self._trainer is None or shapes != self._seen:
            specs = self._build_from(inputs)  # refuses shapes that do not fit
            self._seen = shapes
            if self._trainer is None:
                objective = self._objective_for(specs) if self._settings is not None else None
                self._trainer = Trainer(self, self._optimizer, objective, run_eagerly=self.run_eagerly, seed=get_seed())
        self._trainer.reseed(get_seed())
        if for_training:
            if self._settings is None:
                raise NotBuiltError(f"{self.name}: compile(optimizer=..., loss=...) the model before training or evaluating it.")
            assert self._trainer.objective is not None
        return self._trainer

    # --- fit, evaluate, predict -------------------------------------------------------------------------------------

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: str | int = "auto",
        callbacks: Iterable[Callback] | None = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int = 1,
    ) -> History:
        """Train for a number of epochs.

        Args:
            x: array, frame, nested list, memory-mapped array; list or dictionary of them for several inputs; or an iterable of
                ``(x, y)`` or ``(x, y, sample_weight)`` batches.
            y: targets likewise; None where x is an iterable of batches.
            batch_size: samples in a step, 32 by default. The last, shorter batch of an epoch is trained on as well.
            epochs: number of the last epoch, counted from ``initial_epoch``.
            verbose: 0 silent, 1 a bar, 2 a line an epoch; "auto" is 1 on a terminal and 2 elsewhere.
            callbacks: see `pellucid.callbacks`.
            validation_split: the last fraction of the samples, before shuffling, is kept for validation.
            validation_data: ``(x, y)``, ``(x, y, sample_weight)``, or an iterable of batches.
            shuffle: take the samples of each epoch in a new order.
            class_weight: weight by class number; multiplies ``sample_weight``.
            sample_weight: one number a sample.
            initial_epoch: number of epochs done before.
            steps_per_epoch: batches in an epoch; needed for a generator without end.
            validation_steps, validation_batch_size, validation_freq: the same for validation.

        Returns:
            History: ``history.history["loss"]`` and so on, one value an epoch.

        Raises:
            DataError: x or y is empty, not finite, not numbers, of unequal lengths, or labels are out of range.
            ShapeError: x does not fit the model, or y its output.
            ArgumentError: another argument breaks its rule.

        Ctrl-C raises KeyboardInterrupt after at most one slice of steps (about 20 ms) and leaves the model as trained so far.
        """
        size = integer("fit", "batch_size", 32 if batch_size is None else batch_size, at_least=1)
        epochs = integer("fit", "epochs", epochs, at_least=0)
        initial_epoch = integer("fit", "initial_epoch", initial_epoch, at_least=0)
        frequency = integer("fit", "validation_freq", validation_freq, at_least=1)
        steps = None if steps_per_epoch is None else integer("fit", "steps_per_epoch", steps_per_epoch, at_least=1)
        validation: loop.Source | None = None
        source: loop.Source
        if _is_stream(x, y):
            _refuse_with_stream(y=y, validation_split=validation_split, class_weight=class_weight, sample_weight=sample_weight)
            first, stream = _peek(x)
            trainer = self._ready(list(first.inputs), for_training=True)
            source = StreamSource(stream, steps=steps)
        else:
            samples = self._samples(x, y, sample_weight)
            trainer = self._ready(list(samples.inputs), for_training=True)
            samples = self._checked(trainer, samples)
            if class_weight is not None:
                samples = _weighted_by_class(samples, class_weight)
            if validation_split:
                samples, held_out = split_last(samples, validation_split)
                validation = ArraySource(held_out, validation_batch_size or _PREDICT_BATCH, shuffle=False, steps=validation_steps)
            source = ArraySource(samples, size, shuffle=shuffle, steps=steps)
        if validation_data is not None:
            validation = self._validation(trainer, validation_data, validation_batch_size, validation_steps)
        if trainer.objective is None or not trainer.objective.has_loss:
            raise ArgumentError("fit: the model was compiled without a loss. Call compile(optimizer=..., loss=...).")

        self.history = History()
        level = _verbosity(verbose)
        shown = [ProgressBar(level)] if level else []
        watchers = CallbackList(
            [*(callbacks or ()), self.history, *shown], self, {"epochs": epochs, "steps": source.steps, "samples": source.count}
        )
        loop.fit(
            trainer,
            source,
            watchers,
            epochs=epochs,
            initial_epoch=initial_epoch,
            validation=validation,
            validation_frequency=frequency,
        )
        return self.history

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: str | int = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Iterable[Callback] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """Loss and metrics on data that is not learned from; the test set is for this, once, at the end.

        Returns:
            The loss, or a list in the order of ``metrics_names``; with ``return_dict`` a dictionary by name.

        Raises:
            As ``fit``.
        """
        size = integer("evaluate", "batch_size", _PREDICT_BATCH if batch_size is None else batch_size, at_least=1)
        source: loop.Source
        if _is_stream(x, y):
            _refuse_with_stream(y=y, sample_weight=sample_weight)
            first, stream = _peek(x)
            trainer = self._ready(list(first.inputs), for_training=True)
            source = StreamSource(stream, steps=steps)
        else:
            samples = self._samples(x, y, sample_weight)
            trainer = self._ready(list(samples.inputs), for_training=True)
            source = ArraySource(self._checked(trainer, samples), size, shuffle=False, steps=steps)
        watchers = CallbackList(callbacks or (), self, {"steps": source.steps, "samples": source.count})
        results = loop.evaluate(trainer, source, watchers)
        if _verbosity(verbose):
            print("  ".join(f"{name}: {value:.4f}" for name, value in results.items()))
        assert trainer.objective is not None
        return loop.as_logs(results, trainer.objective.names, return_dict)

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: str | int = 0,
        steps: int | None = None,
        callbacks: Iterable[Callback] | None = None,
    ) -> Any:
        """The outputs for all samples, in inference mode, as NumPy arrays in the structure of the model's outputs."""
        size = integer("predict", "batch_size", _PREDICT_BATCH if batch_size is None else batch_size, at_least=1)
        source: loop.Source
        if _is_stream(x, None):
            first, stream = _peek(x)
            trainer = self._ready(list(first.inputs), for_training=False)
            source = StreamSource(stream, steps=steps)
        else:
            samples = make_samples(as_arrays("x", self._ordered(x)))
            trainer = self._ready(list(samples.inputs), for_training=False)
            source = ArraySource(samples, size, shuffle=False, steps=steps)
        watchers = CallbackList(callbacks or (), self, {"steps": source.steps, "samples": source.count})
        outputs = loop.predict(trainer, source, watchers)
        return self._pack_outputs(outputs)

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Mapping[int, float] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """One training step on one batch; its loss and metrics, from before the update."""
        samples = self._samples(x, y, sample_weight)
        trainer = self._ready(list(samples.inputs), for_training=True)
        samples = self._checked(trainer, samples)
        if class_weight is not None:
            samples = _weighted_by_class(samples, class_weight)
        trainer.begin_epoch()
        trainer.train_batch(samples)
        assert trainer.objective is not None
        return loop.as_logs(trainer.training_sums.results(), trainer.objective.names, return_dict)

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """Loss and metrics on one batch."""
        samples = self._samples(x, y, sample_weight)
        trainer = self._ready(list(samples.inputs), for_training=True)
        trainer.begin_evaluation()
        trainer.evaluate_batch(self._checked(trainer, samples))
        assert trainer.objective is not None
        return loop.as_logs(trainer.other_sums.results(), trainer.objective.names, return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for one batch."""
        samples = make_samples(as_arrays("x", self._ordered(x)))
        return self._pack_outputs(self._ready(list(samples.inputs), for_training=False).predict_batch(samples))

    def plan(self, x: Any, y: Any, batch_size: int = 32) -> Plan:
        """What ``fit`` would run for a step on this data, without running it: one line an entry when printed.

        ``plan.profile()`` trains for some steps to measure each entry, and the times are printed from then on.

        >>> import pellucid as pl
        >>> model = pl.Sequential([pl.layers.Dense(1, input_dim=2)])
        >>> model.compile("sgd", "mse")
        >>> plan = model.plan([[1.0, 2.0]], [[3.0]])
        >>> "1 forward" in str(plan), "4 gradient and update" in str(plan)
        (True, True)
        """
        size = integer("plan", "batch_size", batch_size, at_least=1)
        samples = self._samples(x, y, None)
        trainer = self._ready(list(samples.inputs), for_training=True)
        return ArraySource(self._checked(trainer, samples), size, shuffle=False).plan(trainer, "train", min(size, len(samples)))

    # --- data at the door --------------------------------------------------------------------------------------------

    def _samples(self, x: Any, y: Any, sample_weight: Any) -> Samples:
        inputs = as_arrays("x", self._ordered(x))
        targets = [] if y is None else as_arrays("y", self._ordered_targets(y))
        weights = [] if sample_weight is None else sample_weights(sample_weight, len(inputs[0]))
        return make_samples(inputs, targets, weights)

    def _ordered(self, x: Any) -> Any:
        """A dictionary of inputs in the order of the model's inputs, which it names."""
        if self._functional is None or not isinstance(x, Mapping):
            return x
        structure = self._functional.inputs
        names = list(structure) if isinstance(structure, dict) else [t.name for t in self._functional.input_leaves]
        return _by_names("x", x, names)

    def _ordered_targets(self, y: Any) -> Any:
        if self._functional is None or not isinstance(y, Mapping):
            return y
        structure = self._functional.outputs
        return _by_names("y", y, list(structure) if isinstance(structure, dict) else self._functional.output_names)

    def _checked(self, trainer: Trainer, samples: Samples) -> Samples:
        assert trainer.objective is not None
        trainer.objective.check_targets(samples.targets)
        if len(samples.weights) not in (0, 1, len(samples.targets)):
            raise ShapeError(
                f"sample_weight: pass one array, or one for each of {len(samples.targets)} targets. Received "
                f"{len(samples.weights)}."
            )
        return samples

    def _validation(self, trainer: Trainer, data: Any, batch_size: int | None, steps: int | None) -> loop.Source:
        if not isinstance(data, tuple) and _is_stream(data, None):
            return StreamSource(data, steps=steps)
        if not isinstance(data, tuple | list) or not 2 <= len(data) <= 3:
            raise ArgumentError("validation_data must be (x, y), (x, y, sample_weight), or an iterable of batches.")
        samples = self._checked(trainer, self._samples(data[0], data[1], data[2] if len(data) > 2 else None))
        expected = [a.shape[1:] for a in samples.inputs]
        if expected != self._seen:
            raise ShapeError(f"validation_data: one sample of x must have shape {self._seen}. Received {expected}.")
        return ArraySource(samples, batch_size or _PREDICT_BATCH, shuffle=False, steps=steps)

    def _pack_outputs(self, outputs: list[Array]) -> Any:
        if self._functional is not None:
            return pack_as(self._functional.outputs, outputs)
        return outputs[0] if len(outputs) == 1 else outputs

    # --- files ------------------------------------------------------------------------------------------------------

    def save(self, filepath: str | Path) -> None:
        """Write architecture, weights and compile settings into one safetensors file; see `pellucid.load_model`."""
        from pellucid.models.saving import save_model

        save_model(self, filepath)

    def save_weights(self, filepath: str | Path) -> None:
        """Write the weights alone into a safetensors file."""
        from pellucid.models.saving import save_weights

        save_weights(self, filepath)

    def load_weights(self, filepath: str | Path) -> None:
        """Read weights that ``save_weights`` or ``save`` wrote for a model of the same architecture."""
        from pellucid.models.saving import load_weights

        load_weights(self, filepath)


def _by_names(argument: str, given: Mapping[str, Any], names: list[str]) -> list[Any]:
    if set(given) != set(names):
        raise ArgumentError(f"{argument}: the dictionary's keys must be {sorted(names)}. Received {sorted(given)}.")
    return [given[name] for name in names]


def _is_stream(x: Any, y: Any) -> bool:
    """Whether ``x`` yields batches, rather than being the data."""
    if isinstance(x, np.ndarray | Mapping | str | Tensor) or hasattr(x, "to_numpy") or hasattr(x, "__array__"):
        return False
    if isinstance(x, list | tuple):
        return y is None and bool(x) and all(isinstance(batch, tuple) for batch in x)
    return isinstance(x, Iterable)


def _peek(stream: Iterable[Any]) -> tuple[Samples, Iterable[Any]]:
    """The first batch, which tells the shapes, and an iterable that still yields it."""
    iterator = iter(stream)
    try:
        first = next(iterator)
    except StopIteration:
        raise ArgumentError("x: the iterable of batches is empty.") from None
    if iterator is not stream:
        return as_batch(first), stream  # can be iterated from the start again
    return as_batch(first), _Resumed(first, iterator)


class _Resumed:
    """An iterator with the item that was taken from it put back in front."""

    def __init__(self, first: Any, rest: Iterable[Any]) -> None:
        self._items: list[Any] = [first]
        self._rest = iter(rest)

    def __iter__(self) -> _Resumed:
        return self

    def __next__(self) -> Any:
        return self._items.pop() if self._items else next(self._rest)


def _refuse_with_stream(**arguments: Any) -> None:
    for name, value in arguments.items():
        if value is not None and value != 0.0:
            raise ArgumentError(f"fit: {name} must be left out where x is an iterable of batches, which brings its own.")


def _weighted_by_class(samples: Samples, weights: Mapping[int, float]) -> Samples:
    if len(samples.targets) != 1:
        raise ArgumentError("class_weight: only for a model with a single target. Pass sample_weight instead.")
    by_class = class_weights(weights, samples.targets[0])
    return samples.with_weights([by_class * samples.weights[0] if samples.weights else by_class])


def _verbosity(verbose: str | int) -> int:
    if verbose == "auto":
        return 1 if sys.stdout.isatty() else 2
    if verbose not in (0, 1, 2) or isinstance(verbose, str):
        raise ArgumentError(f"verbose must be 0, 1, 2 or 'auto'. Received {verbose!r}.")
    return int(verbose)
