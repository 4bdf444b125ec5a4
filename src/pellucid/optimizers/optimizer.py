"""Optimizer: how parameters follow their gradients."""

from __future__ import annotations

import inspect
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from pellucid.arguments import flag, integer, real, refuse_unknown
from pellucid.autodiff import Parameter, as_tensor
from pellucid.configurable import Configurable, plain, snake_case
from pellucid.engine.link import Target
from pellucid.errors import ArgumentError, ShapeError
from pellucid.optimizers import schedules
from pellucid.optimizers.chain import UpdateChain, cell, run
from pellucid.optimizers.groups import Groups, plain_mapping
from pellucid.optimizers.schedules import LearningRateSchedule
from pellucid.optimizers.slots import Slots

if TYPE_CHECKING:
    from pellucid.kernels.call import Buffer, Call

Array = npt.NDArray[Any]

# What a group of parameters cannot have for itself, because it crosses parameters or steps.
_COMMON = {
    "global_clipnorm",
    "use_ema",
    "ema_momentum",
    "ema_overwrite_frequency",
    "gradient_accumulation_steps",
    "groups",
    "name",
}
_MULTIPLIER = "learning_rate_multiplier"


class Optimizer(Configurable, ABC):
    """Base of all optimizers.

    A subclass writes ``rule``, the update equation as in its paper, and names in ``slots`` the arrays that it keeps for each
    parameter. Optionally ``bind`` gives the same update as a call of a compiled kernel, its fast twin. Around the rule, in
    this order and only where asked for:

        accumulate over steps -> clip by value, by norm, by global norm -> weight decay -> rule -> constraint -> average

    The constraint is the parameter's own (``kernel_constraint`` of `Dense`). Keras takes the average before the constraint.

    Args:
        learning_rate: step size, >= 0, or a schedule (`schedules`) that is asked before each update. May be assigned between
            steps; then it is constant.
        name: for messages; the class's name where absent.
        weight_decay: strength of decoupled decay, >= 0: p <- p - learning_rate * weight_decay * p before each update.
        clipvalue: each number of a gradient is brought between -clipvalue and clipvalue.
        clipnorm: each parameter's gradient is shortened to at most this norm.
        global_clipnorm: all gradients are shortened by one factor, so that their common norm is at most this.
        use_ema: keep a moving average of each parameter; at the end of ``fit`` the parameters become their averages, as in
            Keras. To evaluate with averages before that: ``with model.optimizer.averaged(model.trainable_weights): ...``
        ema_momentum: share of the average that is kept at each update, 0 <= momentum <= 1.
        ema_overwrite_frequency: let parameters become their averages after each so many updates, too.
        gradient_accumulation_steps: make one update from the mean gradient, weighted by samples, of so many steps (>= 2).
            ``iterations``, and with it a schedule, counts updates.
        groups: settings for some parameters: ``{"dense_1/*": {"learning_rate": 1e-4}, "*/bias": {"weight_decay": 0.0}}``.
            A pattern (``*``, ``?`` and ``[...]``, as in `fnmatch`) is held against a parameter's name, "layer/weight", or its key
            in ``update``. A later group that fits counts above an earlier one. A group's own ``learning_rate`` may be a schedule;
            ``learning_rate_multiplier`` goes along with the optimizer's.

    Raises:
        ArgumentError: an argument is out of its range or not known.

    >>> import numpy as np, pellucid as pl
    >>> params, grads = {"W": np.array([1.0, 2.0])}, {"W": np.array([10.0, -10.0])}
    >>> pl.optimizers.SGD(learning_rate=0.1).update(params, grads)
    >>> params["W"]
    array([0., 3.])
    """

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule | Mapping[str, Any],
        name: str | None = None,
        *,
        weight_decay: float | None = None,
        clipvalue: float | None = None,
        clipnorm: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        gradient_accumulation_steps: int | None = None,
        groups: Mapping[str, Mapping[str, Any]] | None = None,
        **unknown: Any,
    ) -> None:
        refuse_unknown(type(self), unknown)
        owner = type(self).__name__
        self.name = name or snake_case(owner)
        self.learning_rate = learning_rate
        self.weight_decay = None if weight_decay is None else real(owner, "weight_decay", weight_decay, at_least=0)
        self.clipvalue = None if clipvalue is None else real(owner, "clipvalue", clipvalue, above=0)
        self.clipnorm = None if clipnorm is None else real(owner, "clipnorm", clipnorm, above=0)
        self.global_clipnorm = None if global_clipnorm is None else real(owner, "global_clipnorm", global_clipnorm, above=0)
        self.use_ema = flag(owner, "use_ema", use_ema)
        self.ema_momentum = real(owner, "ema_momentum", ema_momentum, at_least=0, at_most=1)
        self.ema_overwrite_frequency = _steps(owner, "ema_overwrite_frequency", ema_overwrite_frequency, 1)
        self.gradient_accumulation_steps = _steps(owner, "gradient_accumulation_steps", gradient_accumulation_steps, 2)
        self.batches = 0  # gradients taken so far: one update for each ``gradient_accumulation_steps`` of them
        self._groups = Groups(owner, groups or {}, (_settings(type(self)) - _COMMON) | {_MULTIPLIER})
        self._leader = self
        self._multiplier = 1.0
        self._members: dict[str, Self] = {}
        self._memory: Slots | None = None
        self._states: dict[str, dict[str, Array]] = {}

    def __setattr__(self, name: str, value: Any) -> None:
        if (name in vars(self) and name in _settings(type(self))) or name == "groups":
            raise ArgumentError(
                f"{type(self).__name__}: {name} is settled when an optimizer is made, and compiled into steps; the learning_rate "
                f"alone may change. Received {value!r}. Make a new optimizer and compile again."
            )
        super().__setattr__(name, value)

    # --- what a subclass writes ------------------------------------------------------------------------------------

    @property
    def slots(self) -> tuple[str, ...]:
        """Names of the arrays of a parameter's shape that the rule keeps from step to step."""
        return ()

    def first_value(self, slot: str, p: Array) -> Array | float:
        """With what a slot of a parameter begins: 0, and an average with the parameter as it is."""
        return p if slot == "average" else 0.0

    @property
    def is_plain_descent(self) -> bool:
        """Whether the rule is p - rate * g and nothing else."""
        return False

    @abstractmethod
    def rule(
        self, xp: Any, p: Array, g: Array, state: Mapping[str, Array], rate: float, t: int
    ) -> tuple[Array, dict[str, Array]]:
        """The update equation: new parameter and new state. Changes nothing in place.

        Args:
            xp: array namespace (NumPy).
            p, g: parameter and its gradient.
            state: the arrays that ``slots`` names.
            rate: the learning rate of this step.
            t: number of this update, from 1.
        """

    def bind(self, p: Buffer, g: Buffer, state: Mapping[str, Buffer], rate: Buffer, clock: Buffer) -> Sequence[Call] | None:
        """Kernel calls that make one update in place, or None where there is no twin for these buffers.

        Args:
            rate: one number, the learning rate of the update.
            clock: int64, the number of updates before this one.
        """
        return None

    # --- the learning rate -----------------------------------------------------------------------------------------

    @property
    def learning_rate(self) -> float:
        """The rate of the next update."""
        return self.rate(self.iterations)

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if isinstance(value, Mapping):
            value = schedules.get(value)
        if not isinstance(value, LearningRateSchedule):
            value = real(type(self).__name__, "learning_rate", value, at_least=0)
        self._learning_rate: float | LearningRateSchedule = value

    @property
    def is_scheduled(self) -> bool:
        """Whether the rate is a function of the number of updates."""
        return isinstance(self._pacemaker._learning_rate, LearningRateSchedule)

    def rate(self, number: int) -> float:
        """The rate of the update of this number, from 0, as it stands at present."""
        rate = self._pacemaker._learning_rate
        return self._multiplier * (float(rate.rates(number, 1)[0]) if isinstance(rate, LearningRateSchedule) else rate)

    def rates(self, first: int, count: int) -> Array:
        """The rates of ``count`` updates, from number ``first`` (from 0) on, as they stand at present."""
        rate = self._pacemaker._learning_rate
        rates = rate.rates(first, count) if isinstance(rate, LearningRateSchedule) else np.full(count, rate)
        return np.asarray(rates * self._multiplier)

    @property
    def _pacemaker(self) -> Optimizer:
        """Whose learning rate counts: a group without one of its own follows the optimizer that it belongs to."""
        return self._leader

    @property
    def iterations(self) -> int:
        """Updates made so far."""
        return self.batches // (self.gradient_accumulation_steps or 1)

    @iterations.setter
    def iterations(self, value: int) -> None:
        self.batches = value * (self.gradient_accumulation_steps or 1)

    # --- groups ------------------------------------------------------------------------------------------------------

    @property
    def groups(self) -> dict[str, dict[str, Any]] | None:
        """Settings by pattern, as they were given."""
        return self._groups.as_given()

    def member(self, path: str) -> Self:
        """The optimizer with the settings of this parameter's groups; itself where there are none."""
        settings = self._groups.settings(path)
        if not settings:
            return self
        key = json.dumps(plain_mapping(settings), sort_keys=True)
        if key not in self._members:
            self._members[key] = self._make_member(settings)
        return self._members[key]

    def _make_member(self, settings: Mapping[str, Any]) -> Self:
        changed = {name: value for name, value in settings.items() if name != _MULTIPLIER}
        member = self.from_config({**self.get_config(), **changed, "groups": None})
        if "learning_rate" not in settings:
            member._leader = self
        member._multiplier = real(type(self).__name__, _MULTIPLIER, settings.get(_MULTIPLIER, 1.0), at_least=0)
        return member

    def check_groups(self, paths: Iterable[str]) -> None:
        """Refuse a group that fits none of a model's parameters: most often a slip.

        Raises:
            ArgumentError: a pattern fits none.
        """
        self._groups.require_used(paths)

    def exclude_from_weight_decay(
        self, var_list: Iterable[Parameter] | None = None, var_names: Iterable[str] | None = None
    ) -> None:
        """Leave parameters out of weight decay; before the first step. The same as groups with ``{"weight_decay": 0.0}``.

        Args:
            var_list: parameters.
            var_names: parts of names, such as "bias"; Keras takes them as regular expressions.
        """
        if self.batches:
            raise ArgumentError(f"{type(self).__name__}: exclude_from_weight_decay must be called before the first step.")
        patterns = [*(p.name for p in var_list or ()), *(f"*{name}*" for name in var_names or ())]
        for pattern in patterns:
            self._groups.put_last(pattern, weight_decay=0.0)
        self._members.clear()

    # --- the update --------------------------------------------------------------------------------------------------

    @property
    def folds_into_product(self) -> bool:
        """Whether the update is p - rate * g and nothing else, so that a weight-gradient product can subtract from p itself."""
        clips = self.clipvalue or self.clipnorm or self.global_clipnorm
        return self.is_plain_descent and not (self.weight_decay or clips or self.gradient_accumulation_steps)

    @property
    def kept_slots(self) -> tuple[str, ...]:
        """Names of all arrays that are kept for a parameter: the rule's, and those of the links around it."""
        accumulated = ("accumulated",) if self.gradient_accumulation_steps else ()
        return (*self.slots, *accumulated, *(("average",) if self.use_ema else ()))

    @property
    def memory(self) -> Slots:
        """The arrays kept for `Parameter` objects."""
        if self._memory is None:
            self._memory = Slots(self)
        return self._memory

    def apply(self, gradients: Sequence[Any], parameters: Sequence[Any], samples: int = 1) -> None:
        """One step on parameters, in place: for a training step of one's own.

        Args:
            gradients: one array or tensor a parameter; None leaves a parameter as it is, and counts as zero where gradients are
                accumulated and another step of the same update brings one.
            parameters: `Parameter` objects, such as ``model.trainable_weights``.
            samples: in the batch; a weight where gradients are accumulated.

        Raises:
            ArgumentError: the numbers differ, what is to be trained is no parameter, or there is no gradient at all.
            ShapeError: a gradient has another shape than its parameter.

        >>> import pellucid as pl
        >>> w, optimizer = pl.Parameter(np.array([3.0]), name="w"), pl.optimizers.SGD(0.25)
        >>> (w * w).sum().backward()
        >>> optimizer.apply([w.grad], [w])
        >>> w.numpy()
        array([1.5])
        """
        if len(gradients) != len(parameters):
            raise ArgumentError(f"{self.name}: {len(gradients)} gradients were given for {len(parameters)} parameters.")
        if all(g is None for g in gradients):
            raise ArgumentError(
                f"{self.name}: all gradients are None. Call loss.backward() first, and compute the loss from the parameters."
            )
        self.step(gradients, parameters, samples)

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Any]]) -> None:
        """``apply`` on pairs (gradient, parameter), as Keras has it."""
        pairs = list(grads_and_vars)
        self.apply([g for g, _ in pairs], [p for _, p in pairs])

    def step(self, gradients: Sequence[Any], parameters: Sequence[Any], samples: int = 1) -> None:
        """As ``apply``, but a step without any gradient counts, too."""
        strange = [p for p in parameters if not isinstance(p, Parameter)]
        if strange:
            raise ArgumentError(f"{self.name}: apply needs Parameter objects. Received {type(strange[0]).__name__}.")
        pairs = [(g, p) for g, p in zip(gradients, parameters, strict=True) if g is not None or self._waits(self.memory.made(p))]
        flowing = [(np.zeros_like(p.array) if g is None else as_tensor(g).array, p) for g, p in pairs]
        for g, p in flowing:
            self._require_shape(p.name, g, p.array)
        self.memory.make(p for _, p in flowing)
        self._run([self._target(p, g, self.memory.of(p)) for g, p in flowing], samples)

    def finalize_variable_values(self, var_list: Iterable[Parameter]) -> None:
        """Let parameters become their moving averages, where there are any: what ``fit`` does at its end."""
        for parameter in var_list:
            average = self.memory.made(parameter).get("average")
            if average is not None:
                parameter.assign(average)

    @contextmanager
    def averaged(self, parameters: Sequence[Parameter]) -> Iterator[None]:
        """Let parameters be their moving averages for a while: to evaluate with them in the middle of training.

        >>> import pellucid as pl
        >>> w, optimizer = pl.Parameter(np.array([4.0]), name="w"), pl.optimizers.SGD(1.0, use_ema=True, ema_momentum=0.5)
        >>> for _ in range(2):
        ...     optimizer.apply([np.array([1.0])], [w])
        >>> with optimizer.averaged([w]):
        ...     print(w.numpy())
        [2.5]
        >>> w.numpy()
        array([2.])
        """
        if not self.use_ema:
            raise ArgumentError(f"{self.name}: there are no averages. Make the optimizer with use_ema=True.")
        before = [p.array.copy() for p in parameters]
        self.finalize_variable_values(parameters)
        try:
            yield
        finally:
            for parameter, values in zip(parameters, before, strict=True):
                parameter.assign(values)

    def update(self, params: Mapping[str, Array], grads: Mapping[str, npt.ArrayLike], samples: int = 1) -> None:
        """One step on arrays in plain dictionaries: every entry of ``params`` that has a gradient is changed in place.

        State is kept by key, so an optimizer serves one dictionary of parameters from its first step to its last.

        Raises:
            ArgumentError: a gradient has no parameter, or a parameter is not an array of floats.
            ShapeError: a gradient has another shape than its parameter.
        """
        pairs = {key: (self._array(key, params), np.asarray(g)) for key, g in grads.items()}
        for key, (p, g) in pairs.items():
            self._require_shape(key, g, p)
        targets = []
        for key, (p, g) in pairs.items():
            member = self.member(key)
            if key not in self._states:
                self._states[key] = {name: _filled(p, member.first_value(name, p)) for name in member.kept_slots}
            targets.append(self._target(Parameter(p, name=key), g, self._states[key]))
        for key, state in self._states.items():
            if key not in pairs and self._waits(state):
                p = self._array(key, params)
                targets.append(self._target(Parameter(p, name=key), np.zeros_like(p), state))
        self._run(targets, samples)

    def _waits(self, state: Mapping[str, Array]) -> bool:
        """Whether a parameter without a gradient in this step had one in an earlier step of the same update."""
        total = state.get("accumulated")
        if total is None:
            return False
        if self.batches % (self.gradient_accumulation_steps or 1) == 0:
            total[...] = 0  # of the update before
        return bool(total.any())

    def _target(self, parameter: Parameter, g: Array, state: Mapping[str, Array]) -> Target:
        member = self.member(parameter.name)
        cells = {name: cell(array) for name, array in state.items()}
        gradient, rate = cell(np.asarray(g, parameter.dtype)), cell(member.rates(self.iterations, 1))
        return Target(parameter, member, cell(parameter.array, parameter.name), gradient, cells, rate)

    def _run(self, targets: Sequence[Target], samples: int) -> None:
        chain = UpdateChain(self, samples, self.memory.samples)
        run(chain, targets, cell(np.array([self.batches, 0])))
        self.batches += 1

    def _require_shape(self, key: str, g: Array, p: Array) -> None:
        if p.shape != g.shape:
            raise ShapeError(f"{self.name}: the gradient of {key!r} has shape {g.shape}, the parameter {p.shape}.")

    def _array(self, key: str, params: Mapping[str, Array]) -> Array:
        p = params.get(key)
        if not isinstance(p, np.ndarray) or p.dtype.kind != "f":
            received = "nothing" if p is None else f"{type(p).__name__} {getattr(p, 'dtype', '')}".rstrip()
            raise ArgumentError(
                f"{self.name}: params[{key!r}] must be a NumPy array of floats, which is changed in place. Received {received}."
            )
        return p

    # --- configuration -----------------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this optimizer again; what it has learned is not among them."""
        config = {name: plain(getattr(self, name)) for name in (*_settings_in_order(type(self)), *self._passed_on_settings())}
        config["learning_rate"] = plain(self._learning_rate)
        config["groups"] = self._groups.to_config()
        return config

    def __repr__(self) -> str:
        """With the links' settings only where they are not the defaults."""
        defaults = {p.name: p.default for p in inspect.signature(Optimizer.__init__).parameters.values()}
        own = inspect.signature(type(self).__init__).parameters
        shown = {n: v for n, v in self.get_config().items() if n in own or n == "learning_rate" or v != defaults.get(n)}
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in shown.items())})"


@cache
def _settings_in_order(cls: type[Optimizer]) -> tuple[str, ...]:
    """What an optimizer is made with: its own arguments, then those of all."""
    signatures = [inspect.signature(c.__init__).parameters.values() for c in (cls, Optimizer)]
    named = [p.name for parameters in signatures for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    return tuple(dict.fromkeys(n for n in named if n != "self"))


@cache
def _settings(cls: type[Optimizer]) -> frozenset[str]:
    return frozenset(_settings_in_order(cls))


def _steps(owner: str, name: str, value: int | None, at_least: int) -> int | None:
    return None if value is None else integer(owner, name, value, at_least=at_least)


def _filled(like: Array, value: Array | float) -> Array:
    array = np.empty_like(like)
    array[...] = value
    return array
