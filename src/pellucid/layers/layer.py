"""Layer: parameters plus a composition of operations."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar, Self
from weakref import WeakMethod

import numpy as np
import numpy.typing as npt

from pellucid import constraints, initializers, ops, regularizers
from pellucid.arguments import flag, integer, layer_name, refuse_unknown, sample_shape
from pellucid.autodiff import CallContext, Parameter, Spec, Tensor, as_tensor, call_context, current_context
from pellucid.autodiff.nest import flatten, map_structure
from pellucid.autodiff.spec import Shape
from pellucid.configurable import snake_case
from pellucid.errors import ArgumentError, NotBuiltError
from pellucid.layers.holder import Holder
from pellucid.layers.layer_call import EndOfCall, LayerCall, NotCalledError
from pellucid.layers.room import stored, taken
from pellucid.metrics.quantity import mean_over_samples
from pellucid.random.seed import get_seed, next_call, next_generator

Array = npt.NDArray[Any]

_automatic_names: Counter[str] = Counter()

_ONE_TENSOR = (Tensor, "Tensor", "pl.Tensor")  # annotations, as objects or as written


class Layer(Holder):
    """Base of all layers and models.

    A subclass declares its parameters in ``build`` and composes operations in ``call``; no derivative is written.
    Layers and parameters held as attributes, or in lists, tuples or dictionaries that are attributes, belong to the layer.

    Args:
        name: for messages and summaries, printable and without a slash; the class's name with a number where absent.
        trainable: False freezes the parameters.
        dtype: of the parameters, and of float inputs: "float32" or "float64".
        input_shape, input_dim: shape of one sample, for the first layer of a `Sequential`.
        activity_regularizer: a penalty on each output, divided by the batch's size, as in Keras; by name or object.

    A layer whose ``call(self, inputs: Tensor)`` is annotated so refuses a list.

    >>> import pellucid as pl
    >>> class Scale(pl.layers.Layer):
    ...     def build(self, input_shape):
    ...         self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="factor")
    ...     def call(self, inputs):
    ...         return inputs * self.factor
    >>> Scale()([[1.0, 2.0]]).numpy()
    array([[1., 2.]], dtype=float32)
    """

    supports_masking: ClassVar[bool] = False
    """Whether the mask of a sequence goes with its output: so with layers that keep its steps apart."""

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: npt.DTypeLike = "float32",
        input_shape: tuple[int | None, ...] | None = None,
        input_dim: int | None = None,
        activity_regularizer: Any = None,
        **unknown: Any,
    ) -> None:
        owner = type(self).__name__
        refuse_unknown(type(self), unknown)
        if input_dim is not None and input_shape is not None:
            raise ArgumentError(f"{owner}: pass input_dim or input_shape, not both.")
        self.name = automatic_name(type(self)) if name is None else layer_name(owner, name)
        self.dtype = np.dtype(dtype)
        if self.dtype not in (np.float32, np.float64):
            raise ArgumentError(f"{owner}: dtype must be 'float32' or 'float64'. Received {dtype!r}.")
        self.built = False
        self._trainable = flag(owner, "trainable", trainable)
        self._parameters: list[Parameter] = []
        self._output_specs: Any = None  # of the first symbolic call, for summaries
        self._noted: list[tuple[Any, Any]] = []  # inputs and outputs of each call on symbolic tensors
        self._note: WeakMethod[Callable[[], Any]] | None = None  # makes the stack that holds this layer note its calls
        self._added_losses: list[Tensor] = []  # by add_loss, in the last call from outside of a step
        self._declared_input_shape: tuple[int | None, ...] | None = None
        if input_dim is not None:
            self._declared_input_shape = (integer(owner, "input_dim", input_dim, at_least=1),)
        elif input_shape is not None:
            self._declared_input_shape = sample_shape(owner, "input_shape", input_shape)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        parameters = inspect.signature(self.call).parameters
        self._call_takes_training = "training" in parameters
        self._call_takes_mask = "mask" in parameters
        self._call_settings = frozenset(list(parameters)[1:]) - {"training", "mask"}
        self._call_takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
        self._call_takes_one = any(p.annotation in _ONE_TENSOR for p in list(parameters.values())[:1])

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "build" in vars(cls):
            cls.build = _built_by(cls.build)  # type: ignore[method-assign]

    # --- what a subclass writes ------------------------------------------------------------------------------------

    def build(self, input_shape: Any) -> None:
        """Declare the parameters. ``input_shape``, batch axis included, is one shape or a structure of them as ``call`` gets."""

    def call(self, inputs: Any) -> Any:
        """The layer's output as a composition of operations; may take ``training``, and ``mask``, that of a sequence."""
        raise NotImplementedError(f"{type(self).__name__} needs a call method.")

    @property
    def _takes_ids(self) -> bool:
        """Whether its input numbers something, as that of an `Embedding` does: a fraction in data for it is refused."""
        return False

    def add_weight(
        self,
        shape: Shape | None = None,
        initializer: Any = "glorot_uniform",
        dtype: npt.DTypeLike | None = None,
        trainable: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        name: str | None = None,
    ) -> Parameter:
        """A new parameter of this layer; ``trainable=False`` makes it state that training does not descend on.

        Raises:
            ArgumentError: the layer has one of this name, so that a file could not tell them apart.
        """
        self._require_init()
        name = name or f"weight_{len(self._parameters)}"
        if any(p.name.rpartition("/")[2] == name.rpartition("/")[2] for p in self._parameters):
            raise ArgumentError(f"{self.name}: add_weight: there is a weight of the name {name!r} already. Pass another name.")
        shape = tuple(int(n) for n in shape or ())
        kind, initial = np.dtype(dtype or self.dtype), initializers.get(initializer)
        values = taken(self.name, shape, kind)  # from a file that brings the values
        if values is None:
            values = initial(shape, kind, next_generator())
        parameter = Parameter(
            stored(values),
            name=f"{self.name}/{name}",
            trainable=trainable,
            regularizer=regularizers.get(regularizer),
            constraint=constraints.get(constraint),
        )
        parameter.trainable = trainable and self._trainable
        self._parameters.append(parameter)
        return parameter

    def update(self, parameter: Parameter, value: Tensor) -> None:
        """Let ``value`` become the state ``parameter`` at the end of the running step, in training or not.

        Compute it from `latest`, so that a layer that is called twice in a step counts both calls.
        """
        context = current_context()
        if context is None:
            raise NotBuiltError(f"{self.name}: update belongs in call, while a training step runs.")
        context.updates.append((parameter, value))

    def latest(self, parameter: Parameter) -> Tensor:
        """The state ``parameter`` as it will be after what the running step has done so far: what `update` got last."""
        context = current_context()
        pending = context.updates if context is not None else []
        return next((value for held, value in reversed(pending) if held is parameter), parameter)

    def add_loss(self, loss: Any) -> None:
        """Add a term to the loss that the model descends on, as a function of what ``call`` computes.

        Args:
            loss: one number, or an array whose sum counts, as in Keras. It is added to the compiled loss as it is: multiply it by
                how much it shall count. It counts in evaluation as well; ask for ``training`` in ``call`` where it should not.

        Raises:
            NotBuiltError: called outside of ``call``. A penalty on a parameter alone is its ``regularizer``.

        >>> import pellucid as pl
        >>> class Sparse(pl.layers.Layer):
        ...     def call(self, inputs):
        ...         self.add_loss(0.1 * pl.ops.mean(pl.ops.absolute(inputs)))
        ...         return inputs
        >>> layer = Sparse()
        >>> y = layer([[1.0, -3.0]])
        >>> round(layer.losses[0].item(), 6)
        0.2
        """
        context = self._running("add_loss")
        term = as_tensor(loss)
        context.losses.append(term if term.ndim == 0 else ops.sum(term))

    @property
    def losses(self) -> list[Tensor]:
        """Terms of the loss beside the compiled one: those of ``add_loss``, and the penalties of regularizers.

        Within a step (in ``compute_loss`` or ``train_step``) all terms added since it began; elsewhere those of this layer's
        last call.
        """
        context = current_context()
        added = self._added_losses if context is None else context.losses
        return [*added, *(as_tensor(p.regularizer(p)) for p in self.trainable_weights if p.regularizer is not None)]

    def add_metric(self, value: Any, name: str | None = None) -> None:
        """Show the mean of ``value`` over samples in histories, under ``name``, beside the compiled metrics.

        Args:
            value: one number for the batch, which counts by the batch's size, or some for each sample: (batch, ...).
            name: in the history; the layer's name where absent. A name that is taken gets a number.

        Raises:
            NotBuiltError: called outside of ``call``.
        """
        context = self._running("add_metric")
        context.measures.append(mean_over_samples(name or self.name, as_tensor(value)))

    def _running(self, method: str) -> CallContext:
        context = current_context()
        if context is None:
            raise NotBuiltError(f"{self.name}: {method} belongs in call, where the values of a step are at hand.")
        return context

    # --- calling ----------------------------------------------------------------------------------------------------

    def __call__(self, inputs: Any, *more: Any, training: bool | None = None, **settings: Any) -> Any:
        """Run the layer on tensors or arrays; on the symbolic tensors of ``Input``, note the call for a functional model.

        Args:
            inputs, more: what ``call`` takes by position: tensors, arrays, or structures of them.
            training: whether the layer trains; as its surroundings do where None.
            settings: further arguments of ``call`` by name, plain numbers, texts and flags; a model's file keeps them.
        """
        self._require_init()
        self._check_settings(settings)
        arguments = tuple(self._as_inputs(a) for a in (inputs, *more))
        if not flatten(arguments[0]):
            raise ArgumentError(f"{self.name}: a tensor or an array is needed. Received {inputs!r}.")
        if self._call_takes_one and not isinstance(arguments[0], Tensor):
            shapes = ", ".join(str(t.shape) for t in flatten(arguments[0]))
            raise ArgumentError(
                f"{self.name}: one tensor is needed, not a {type(arguments[0]).__name__}. Received shapes {shapes}. "
                "Join them first, with Concatenate() or Add(), or call the layer on each."
            )
        context = current_context()
        if context is not None:
            return self._run(arguments, training, context, settings)
        if any(t.is_symbolic for t in flatten(arguments)):
            return LayerCall.record(self, arguments, training, settings)
        context = _eager_context(bool(training))
        with call_context(context):
            outputs = self._run(arguments, training, context, settings)
        for parameter, value in context.updates:
            parameter.assign(value.array)
        self._added_losses = context.losses
        return outputs

    def _check_settings(self, settings: dict[str, Any]) -> None:
        for name, value in settings.items():
            if name not in self._call_settings and not self._call_takes_any:
                known = f" It takes {', '.join(sorted(self._call_settings))}." if self._call_settings else ""
                raise ArgumentError(f"{self.name}: call takes no argument {name!r} by name.{known}")
            if not (value is None or isinstance(value, bool | int | float | str)):
                raise ArgumentError(
                    f"{self.name}: {name!r} by name must be a number, a text or a flag. Received {type(value).__name__}. Pass "
                    "tensors by position."
                )

    def _run(
        self, arguments: tuple[Any, ...], training: bool | None, context: CallContext, settings: dict[str, Any] | None = None
    ) -> Any:
        owner, outer_training = context.owner, context.training
        key = owner._key_of(self) if owner is not None else ""
        if training is not None:
            context.training = bool(training)
        with context.scope(key, self.name):
            self._build_once(arguments)
            context.owner = self
            try:
                mode: dict[str, Any] = {"training": context.training} if self._call_takes_training else {}
                mask = arguments[0].mask if isinstance(arguments[0], Tensor) else None
                if self._call_takes_mask:
                    mode["mask"] = mask
                mode.update(settings or {})
                outputs = self.call(*arguments, **mode)
                if mask is not None and self.supports_masking:
                    for y in flatten(outputs):
                        y.mask = mask
                if self.activity_regularizer is not None:
                    self._penalize(self.activity_regularizer, outputs)
                if context.symbolic and self._output_specs is None:
                    self._output_specs = map_structure(lambda t: as_tensor(t).spec, outputs)
                if context.watcher is not None:
                    context.watcher(self, arguments, outputs)
                return outputs
            finally:
                context.owner, context.training = owner, outer_training

    def _penalize(self, penalty: regularizers.Regularizer, outputs: Any) -> None:
        """Add a penalty on outputs to the loss, by the batch's size, so that it counts alike for every size."""
        for y in map(as_tensor, flatten(outputs)):
            self.add_loss(ops.rescale(penalty(y), 1 / max(int(y.shape[0]), 1) if y.ndim else 1.0))

    def _build_once(self, arguments: tuple[Any, ...]) -> None:
        if not self.built:
            shapes = map_structure(lambda t: t.shape, arguments[0])
            self.build(shapes)
            self.built = True
            if not self._trainable:
                self.trainable = False  # of the layers that it holds, too

    def _as_inputs(self, value: Any) -> Any:
        """A structure of tensors; nested lists of plain numbers are one tensor."""
        leaves = flatten(value)
        if leaves and all(isinstance(leaf, int | float) for leaf in leaves):
            return self._as_input(value)
        return map_structure(self._as_input, value)

    def _as_input(self, value: Any) -> Tensor:
        """Floats in the layer's dtype, as a layer of Keras casts them; integers as they are."""
        leaf = as_tensor(value)
        if leaf.node is None and not leaf.is_symbolic and leaf.spec.is_float and leaf.dtype != self.dtype:
            converted = Tensor(leaf.spec.with_dtype(self.dtype), leaf.array.astype(self.dtype), requires_grad=False)
            converted.mask = leaf.mask
            return converted
        return leaf

    def infer_outputs(self, *specs: Any, **settings: Any) -> Any:
        """The structure of output specs for inputs of these specs, building the layer if need be; computes nothing."""
        context = _symbolic_context()
        arguments = tuple(map_structure(Tensor, s) for s in specs)
        with call_context(context):
            outputs = self._run(arguments, None, context, settings)
        return map_structure(lambda t: as_tensor(t).spec, outputs)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """The output's shape for an input of this shape, or inputs of these; batch axis included (None where open)."""
        several = isinstance(input_shape, list | tuple) and any(isinstance(shape, list | tuple) for shape in input_shape)
        specs = [Spec(shape, self.dtype) for shape in (input_shape if several else [input_shape])]
        spec: Spec = self.infer_outputs(specs if several else specs[0])
        return spec.shape

    # --- as a part of a functional model ------------------------------------------------------------------------------

    input = EndOfCall(0, "The symbolic tensor, or the structure of them, that the layer was called on.")
    output = EndOfCall(1, "What the layer's call on symbolic tensors gave: where another model may begin or end.")

    def _ends(self) -> tuple[Any, Any]:
        """The input and the output of the layer's one call on symbolic tensors.

        Raises:
            NotCalledError: there was none, or more than one.
        """
        if self._note is not None and not self._noted and (note := self._note()) is not None:
            note()
        if len(self._noted) != 1:
            why = (
                "was not called on the result of Input(...), nor is it in a stack whose input is known"
                if not self._noted
                else f"was called {len(self._noted)} times, so there is no one input and output. Keep the tensors that you need"
            )
            raise NotCalledError(f"{self.name}: the layer {why}.")
        return self._noted[0]

    # --- as a configuration -------------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this layer again, as JSON can hold them."""
        config: dict[str, Any] = {"name": self.name, "trainable": self._trainable, "dtype": self.dtype.name}
        if self._declared_input_shape is not None:
            config["input_shape"] = [None if n is None else int(n) for n in self._declared_input_shape]
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        return cls(**config)

    def __getstate__(self) -> dict[str, Any]:
        """For copies and pickles: a copied layer stands by itself; a model notes its layers' places again."""
        return vars(self) | {"_noted": [], "_note": None}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}{'' if self.built else ', not built'}>"

    def _require_init(self) -> None:
        if "_parameters" not in vars(self):
            raise NotBuiltError(f"{type(self).__name__}.__init__ must call super().__init__() before anything else.")


def _built_by(build: Callable[..., None]) -> Callable[..., None]:
    """``build`` that says when it is done, so that a layer which was built by hand is not built again by its first call."""

    @wraps(build)
    def built(self: Layer, *shapes: Any, **named: Any) -> None:
        build(self, *shapes, **named)
        self.built = True

    return built


def automatic_name(cls: type) -> str:
    """As Keras names layers: ``batch_normalization``, ``dense``, ``dense_1``, ..."""
    base = snake_case(cls.__name__)
    number = _automatic_names[base]
    _automatic_names[base] += 1
    return base if number == 0 else f"{base}_{number}"


def _symbolic_context() -> CallContext:
    return CallContext(symbolic=True, clock=Tensor(Spec((2,), np.int64), name="clock"))


def _eager_context(training: bool) -> CallContext:
    """For a call outside of any model's training: each gets masks of its own."""
    clock = as_tensor(np.array([next_call(), 0], np.int64))
    return CallContext(training=training, clock=clock, seed=get_seed())
