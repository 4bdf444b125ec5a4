"""Model: layers with ``compile``, ``fit``, ``evaluate``, ``predict``, by Keras' names and meanings."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid import metrics as metrics_module
from pellucid.arguments import flag, integer
from pellucid.autodiff import Spec, Tensor, current_context
from pellucid.autodiff.nest import flatten, map_structure, pack_as
from pellucid.callbacks import Callback, CallbackList, Checkpoint, History, ProgressBar
from pellucid.data.samples import split_last
from pellucid.engine.plan import Plan
from pellucid.errors import ArgumentError
from pellucid.layers.layer import Layer
from pellucid.models.door import Door, weighted_by_class
from pellucid.models.functional import FunctionalGraph
from pellucid.models.streams import is_stream, peek, refuse_with_stream
from pellucid.training import loop
from pellucid.training.predictor import Predictor
from pellucid.training.sources import ArraySource
from pellucid.training.stream_source import StreamSource, parts_of

Array = npt.NDArray[Any]

_PREDICT_BATCH = 256


class Model(Door):
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
        self._loss_tracker = metrics_module.Mean(name="loss")
        self.history: History | None = None
        self._functional = None
        self._settings = None
        self._optimizer = None
        self._slots = None
        self._trainer = None
        self.preprocessing: Any = None  # what made arrays of the data, as JSON can hold it; goes into the model's file
        self.label_names: list[str] | None = None  # what the labels 0, 1, ... stand for; likewise
        self._uncompiled = ""
        self._seen = None
        self._keys_of_inputs = None
        self._specs = None
        if (inputs is None) != (outputs is None):
            raise ArgumentError("Model: pass both inputs and outputs, or neither and write a call method in a subclass.")
        if inputs is not None:
            self._functional = FunctionalGraph(inputs, outputs)
            self._graph_layers = self._functional.layers
            self._parameters += self._functional.free_parameters
            self._output_specs = map_structure(lambda t: t.spec, outputs)
            self.built = True
            self.trainable = self._trainable  # of its layers, too

    def build(self, input_shape: Any) -> None:
        """Make the layers' parameters for inputs of this shape, batch axis included; or a list or dictionary of shapes.

        >>> import pellucid as pl
        >>> model = pl.Sequential([pl.layers.Dense(3)])
        >>> model.build((None, 4))
        >>> model.count_params()
        15
        """
        if current_context() is None and not self.built:  # asked for by the user; else a call is running, which builds
            self.infer_outputs(_specs_of(input_shape, self.dtype))

    def __getstate__(self) -> dict[str, Any]:
        """For copies and pickles: all but the compiled programs, which hold addresses and are made again when needed."""
        return super().__getstate__() | {"_trainer": None, "_seen": None, "_added_losses": []}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        if self._functional is not None:
            self._functional.note_calls()

    def call(self, inputs: Any) -> Any:
        if self._functional is None:
            raise NotImplementedError(f"{type(self).__name__} needs a call method, or inputs and outputs.")
        return self._functional.replay(inputs)

    @property
    def _has_call(self) -> bool:
        return self._functional is not None or type(self).call is not Model.call

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
        """The symbolic tensors that a functional model, or a stack, begins with: for another model of the same layers.

        >>> import pellucid as pl
        >>> model = pl.Sequential([pl.Input((4,)), pl.layers.Dense(3, name="hidden"), pl.layers.Dense(1)])
        >>> pl.Model(model.inputs, model.get_layer("hidden").output)([[1.0, 2.0, 3.0, 4.0]]).shape
        (1, 3)
        """
        return flatten(self._ends()[0])

    @property
    def outputs(self) -> list[Tensor]:
        """The symbolic tensors that a functional model, or a stack, ends with."""
        return flatten(self._ends()[1])

    def _ends(self) -> tuple[Any, Any]:
        """The inputs and outputs of the model's own graph; of a model with its own ``call``, those of its one call as a layer.

        Raises:
            NotBuiltError: there are none.
        """
        if self._functional is not None:
            return self._functional.inputs, self._functional.outputs
        return super()._ends()

    def pack_inputs(self, leaves: list[Any]) -> Any:
        if self._functional is not None and len(leaves) == len(self._functional.input_leaves):
            return pack_as(self._functional.inputs, leaves)
        if self._keys_of_inputs is not None and len(leaves) == len(self._keys_of_inputs):
            return dict(zip(self._keys_of_inputs, leaves, strict=True))
        return leaves[0] if len(leaves) == 1 else leaves

    def summary(self, print_fn: Any = None) -> None:
        """Print the layers with their output shapes and the arithmetic of their parameters.

        Args:
            print_fn: gets the text instead of standard output.
        """
        from pellucid.models.summary import summary

        text = summary(self)
        (print_fn or print)(text)

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
        checkpoint: str | Path | Checkpoint | None = None,
        resume: str | Path | bool | None = None,
    ) -> History:
        """Train for a number of epochs.

        Args:
            x: array, frame, nested list, memory-mapped array; list or dictionary of them for several inputs; or an iterable of
                ``(x, y)`` or ``(x, y, sample_weight)`` batches.
            y: targets likewise; None where x is an iterable of batches.
            batch_size: samples in a step, 32 by default; to be left out where x is an iterable of batches. The last, shorter
                batch of an epoch is trained on as well.
            epochs: number of the last epoch, counted from ``initial_epoch``.
            verbose: 0 silent, 1 a bar, 2 a line an epoch; "auto" is 1 on a terminal and 2 elsewhere.
            callbacks: see `pellucid.callbacks`.
            validation_split: the last fraction of the samples, before shuffling, is kept for validation where
                ``validation_data`` is None.
            validation_data: ``(x, y)``, ``(x, y, sample_weight)``, or an iterable of batches.
            shuffle: take the samples of each epoch in a new order.
            class_weight: weight by class number; multiplies ``sample_weight``.
            sample_weight: one number a sample.
            initial_epoch: number of epochs done before.
            steps_per_epoch: batches in an epoch; needed for a generator without end. Of arrays that are not shuffled, each epoch
                begins where the one before ended, and goes on with the first sample after the last.
            validation_steps, validation_batch_size, validation_freq: the same for validation.
            checkpoint: a folder for the whole state of the training after each epoch, and within epochs that last; or a
                `pellucid.callbacks.Checkpoint`, which says how often and how many to keep.
            resume: go on from the newest checkpoint of this folder, or run, or from this file, and write further ones there
                where ``checkpoint`` is None. The model, compiled alike, and all other arguments must be those that the
                training was begun with, except that ``epochs`` may be more. The result is bit for bit that of a training
                that nothing interrupted, on the same machine with the same number of threads. True: from
                ``checkpoint``'s own folder, or from the beginning where nothing is there yet.

        Returns:
            History: ``history.history["loss"]`` and so on, one value an epoch.

        Raises:
            DataError: x or y is empty, not finite, not numbers, of unequal lengths, or labels are out of range.
            ShapeError: x does not fit the model, or y its output.
            ArgumentError: another argument breaks its rule.

        Ctrl-C raises KeyboardInterrupt between two steps and leaves the model as trained so far: after the step that runs on
        Linux and macOS, unless another library waits for signals there; elsewhere after the slice of steps that runs as one job.
        """
        from pellucid.models.resuming import TrainingState, kept

        size = integer("fit", "batch_size", 32 if batch_size is None else batch_size, at_least=1)
        epochs = integer("fit", "epochs", epochs, at_least=0)
        initial_epoch = integer("fit", "initial_epoch", initial_epoch, at_least=0)
        frequency = integer("fit", "validation_freq", validation_freq, at_least=1)
        steps = _count("fit", "steps_per_epoch", steps_per_epoch)
        validation_size = _inference_batch("fit", "validation_batch_size", validation_batch_size, validation_steps, size)
        validation_steps = _count("fit", "validation_steps", validation_steps)
        shuffle = flag("fit", "shuffle", shuffle)
        level = _verbosity(verbose)
        validation: loop.Source | None = None
        source: loop.Source
        if is_stream(x, y):
            refuse_with_stream(
                "fit",
                y=y,
                batch_size=batch_size,
                validation_split=validation_split,
                class_weight=class_weight,
                sample_weight=sample_weight,
            )
            trainer, source = self._stream("x", x, steps, "steps_per_epoch")
        else:
            samples = self._samples(x, y, sample_weight)
            trainer = self._checked(samples)
            if validation_split and validation_data is None:
                samples, held_out = split_last(samples, validation_split)
                validation = ArraySource(
                    held_out, validation_size, shuffle=False, steps=validation_steps, steps_name="validation_steps"
                )
            if class_weight is not None:  # of training alone: validation counts samples as they are
                samples = weighted_by_class(samples, class_weight)
            source = ArraySource(samples, size, shuffle=shuffle, steps=steps)
        if validation_data is not None:
            validation = self._validation(validation_data, validation_size, validation_steps)

        self.history = History()
        shown = [ProgressBar(level)] if level else []
        with kept(checkpoint, resume, callbacks) as keeping:
            watchers = CallbackList(
                keeping.others,
                self,
                {"epochs": epochs, "steps": source.steps, "samples": source.count, "resumed": bool(resume)},
                [self.history, *shown, *keeping.last],
            )
            loop.fit(
                trainer,
                source,
                watchers,
                epochs=epochs,
                initial_epoch=initial_epoch,
                validation=validation,
                validation_frequency=frequency,
                resume=keeping.begin(TrainingState(self, trainer, source, watchers)),
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
        size = _inference_batch("evaluate", "batch_size", batch_size, steps)
        steps = _count("evaluate", "steps", steps)
        level = _verbosity(verbose)
        source: loop.Source
        if is_stream(x, y):
            refuse_with_stream("evaluate", y=y, batch_size=batch_size, sample_weight=sample_weight)
            trainer, source = self._stream("x", x, steps, "steps", "evaluate")
        else:
            samples = self._samples(x, y, sample_weight)
            trainer = self._checked(samples, "evaluate")
            source = ArraySource(samples, size, shuffle=False, steps=steps, steps_name="steps")
        watchers = CallbackList(callbacks, self, {"steps": source.steps, "samples": source.count})
        results = loop.evaluate(trainer, source, watchers)
        if level:
            print("  ".join(f"{name}: {value:.4f}" for name, value in results.items() if np.ndim(value) == 0))
        return self._in_order(results, return_dict)

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: str | int = 0,
        steps: int | None = None,
        callbacks: Iterable[Callback] | None = None,
    ) -> Any:
        """The outputs for all samples, in inference mode, as NumPy arrays in the structure of the model's outputs.

        A layer that the model calls with ``training=True``, as for Monte Carlo dropout, has other masks in each batch, and the
        same in each ``predict``, as they follow from the seed and the place among the data. ``model(x)`` draws others each time.
        """
        size = _inference_batch("predict", "batch_size", batch_size, steps)
        steps = _count("predict", "steps", steps)
        _verbosity(verbose)
        source: loop.Source
        if is_stream(x):
            refuse_with_stream("predict", batch_size=batch_size)
            first, stream = peek("x", x)
            trainer = self._ready(self._batch(*parts_of(first)).inputs)
            source = StreamSource(stream, self._batch, steps=steps, steps_name="steps")
        else:
            samples = self._samples(x, None, None)
            trainer = self._ready(samples.inputs)
            source = ArraySource(samples, size, shuffle=False, steps=steps, steps_name="steps")
        watchers = CallbackList(callbacks, self, {"steps": source.steps, "samples": source.count})
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
        samples = self._batch(x, y, sample_weight)
        trainer = self._checked(samples)
        if class_weight is not None:
            samples = weighted_by_class(samples, class_weight)
        with trainer.lock, trainer.only_one("training"):
            trainer.begin_epoch()
            trainer.train_batch(samples)
            return self._in_order(trainer.training_sums.results(), return_dict)

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """Loss and metrics on one batch."""
        samples = self._batch(x, y, sample_weight)
        trainer = self._checked(samples, "evaluate")
        with trainer.lock, trainer.only_one("evaluation"):
            trainer.begin_evaluation()
            trainer.evaluate_batch(samples)
            return self._in_order(trainer.other_sums.results(), return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for one batch."""
        samples = self._batch(x, None, None)
        trainer = self._ready(samples.inputs)
        with trainer.lock, trainer.only_one("prediction"):
            trainer.begin_prediction()
            return self._pack_outputs(trainer.predict_batch(samples))

    def predictor(self, x: Any) -> Predictor:
        """What answers batches of the form of ``x`` as fast as can be, for serving: some microseconds beside the arithmetic.

        The model's structure is taken as it is now; its weights may change, and the answers follow. For one array of any length
        `predict` is the simpler way.

        >>> import numpy as np, pellucid as pl
        >>> model = pl.Sequential([pl.layers.Dense(1, input_dim=2, kernel_initializer="ones")])
        >>> answer = model.predictor(np.zeros((1, 2), np.float32))
        >>> answer(np.array([[1.0, 2.0]], np.float32))
        array([[3.]], dtype=float32)
        """
        samples = self._batch(x, None, None)
        trainer = self._ready(samples.inputs).twin()
        if isinstance(self._specs, Spec) and "predict" not in self._own_modes:  # one output: nothing to pack
            return Predictor(trainer, samples, itemgetter(0))
        return Predictor(trainer, samples, lambda outputs: self._pack_outputs(outputs, trainer))

    def plan(self, x: Any, y: Any, batch_size: int = 32) -> Plan:
        """What ``fit`` would run for a step on this data, without running it: one line an entry when printed.

        ``plan.profile()`` measures each entry and leaves the model as it was; the times are printed from then on.

        >>> import pellucid as pl
        >>> model = pl.Sequential([pl.layers.Dense(1, input_dim=2)])
        >>> model.compile("sgd", "mse")
        >>> plan = model.plan([[1.0, 2.0]], [[3.0]])
        >>> "1 forward" in str(plan), "4 gradient and update" in str(plan)
        (True, True)
        """
        size = integer("plan", "batch_size", batch_size, at_least=1)
        samples = self._samples(x, y, None)
        trainer = self._checked(samples).twin()  # a later fit must not put other data into this plan
        return ArraySource(samples, size, shuffle=False).plan(trainer, "train", min(size, len(samples)))

    # --- configuration and files ------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """The architecture without weights, as JSON can hold it; of a subclass with its own ``call``, name and dtype."""
        from pellucid.models.architecture import config_of

        return super().get_config() if self._functional is None else config_of(self)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A model of this architecture, with new weights."""
        from pellucid.models.architecture import make

        return make({"class_name": "Model", "config": config}, cls) if "nodes" in config else super().from_config(config)

    def _describe(self) -> dict[str, Any]:
        """``{"class_name": ..., "config": ...}``: the architecture without weights, as ``save`` writes it.

        Raises:
            ArgumentError: the model is Python code, which a file cannot hold.
        """
        from pellucid.models.architecture import describe

        return describe(self)

    def save(self, filepath: str | Path) -> None:
        """Write architecture, weights, compile settings and optimizer state into one file; see `pellucid.load_model`."""
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


def _specs_of(shape: Any, dtype: npt.DTypeLike) -> Any:
    """A structure of specs for a structure of shapes."""
    if isinstance(shape, Mapping):
        return {name: _specs_of(one, dtype) for name, one in shape.items()}
    if all(isinstance(n, int | np.integer) or n is None for n in shape):
        return Spec(tuple(shape), dtype)
    return [_specs_of(one, dtype) for one in shape]


def _count(owner: str, name: str, value: int | None) -> int | None:
    return None if value is None else integer(owner, name, value, at_least=1)


def _inference_batch(owner: str, name: str, value: int | None, steps: int | None, default: int = 32) -> int:
    """Results do not depend on it, so large batches are taken where none is asked for; with ``steps``, Keras' batches."""
    if value is None:
        return _PREDICT_BATCH if steps is None else default
    return integer(owner, name, value, at_least=1)


def _verbosity(verbose: str | int) -> int:
    if verbose == "auto":
        return 1 if sys.stdout.isatty() else 2
    if verbose not in (0, 1, 2) or isinstance(verbose, str):
        raise ArgumentError(f"verbose must be 0, 1, 2 or 'auto'. Received {verbose!r}.")
    return int(verbose)
