"""Compiling a model: how it learns, and the trainer that follows from it and from the data's shapes."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import ReferenceType, WeakKeyDictionary, ref

import numpy as np
import numpy.typing as npt

from pellucid import losses, optimizers
from pellucid import metrics as metrics_module
from pellucid.arguments import flag
from pellucid.autodiff import OPEN, Spec
from pellucid.autodiff.nest import flatten, map_structure
from pellucid.errors import ArgumentError, NotBuiltError, ShapeError
from pellucid.models.functional import FunctionalGraph
from pellucid.models.steps import Steps
from pellucid.optimizers import Optimizer
from pellucid.optimizers.slots import Slots
from pellucid.random.seed import get_seed
from pellucid.training.objective import Objective
from pellucid.training.own_steps import METHODS, OwnSteps
from pellucid.training.trainer import Trainer

Array = npt.NDArray[Any]

_preparing = threading.RLock()  # two threads that use a model for the first time must not both build it
_users: WeakKeyDictionary[Optimizer, ReferenceType[Compiling]] = WeakKeyDictionary()  # which model an optimizer was compiled for


class Compiling(Steps):
    """What `Model` knows of how it learns, and what it makes ready for that."""

    _functional: FunctionalGraph | None
    _settings: dict[str, Any] | None  # as passed to compile
    _optimizer: Optimizer | None
    _slots: Slots | None
    _trainer: Trainer | None
    _uncompiled: str  # which setting a model file could not hold
    _keys_of_inputs: list[Any] | None  # the keys under which a subclass was first given its inputs
    _seen: list[tuple[int, ...]] | None  # shapes of one sample of each input, and
    _specs: Any  # the structure of output specs for them

    if TYPE_CHECKING:

        @property
        def _has_call(self) -> bool: ...
        def pack_inputs(self, leaves: list[Any]) -> Any: ...

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
            ArgumentError: a name is not known; the nearest one is suggested. Or the optimizer serves another model.
        """
        self._require_init()
        self.take_optimizer(optimizer)
        self._settings = {
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
        }
        self._run_eagerly = flag("compile", "run_eagerly", run_eagerly)
        self._forget_trainer()
        if self.built and self._output_specs is not None:
            self._objective_for(self._output_specs)  # refuses unknown names here rather than in fit
        else:
            for name in _names_in(loss):
                losses.get(name)
            for name in (*_names_in(metrics), *_names_in(weighted_metrics)):
                metrics_module.get(name)

    def take_optimizer(self, optimizer: Any) -> None:
        """Learn by this optimizer from now on; the same one goes on from where it is."""
        chosen = optimizers.get(optimizer)
        _refuse_shared(chosen, self)
        self._optimizer = chosen
        self._slots = chosen.memory

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
        self._run_eagerly = flag("Model", "run_eagerly", value)
        self._forget_trainer()

    @property
    def _objective(self) -> Objective | None:
        return self._trainer.objective if self._trainer is not None else None

    def _objective_of(self, y_pred: Any) -> Objective:
        """The compiled objective, for outputs such as these."""
        if self._settings is None:
            raise NotBuiltError(f"{self.name}: compile(...) the model first.")
        return self._objective or self._objective_for(map_structure(lambda t: t.spec, y_pred))

    def _objective_for(self, output_specs: Any) -> Objective:
        assert self._settings is not None
        own_loss = type(self).compute_loss is not Steps.compute_loss
        return Objective(self._output_names(output_specs), flatten(output_specs), **self._settings, own_loss=own_loss)

    @property
    def _own_modes(self) -> frozenset[str]:
        """What the model does itself, by an overridden ``train_step``, ``test_step`` or ``predict_step``."""
        return frozenset(mode for mode, name in METHODS.items() if getattr(type(self), name) is not getattr(Steps, name))

    def _output_names(self, output_specs: Any) -> list[str]:
        if self._functional is not None:
            return self._functional.output_names
        count = len(flatten(output_specs))
        if isinstance(output_specs, dict) and len(output_specs) == count:
            return list(output_specs)
        return ["output"] if count == 1 else [f"output_{i}" for i in range(count)]

    def input_dtypes(self, count: int) -> list[np.dtype[Any]]:
        """What data becomes as a batch is taken: the model's floats, so that images stay bytes in memory; or what Input says."""
        declared = [leaf.spec for leaf in self._functional.input_leaves] if self._functional is not None else []
        if len(declared) != count:
            return [self.dtype] * count
        return [self.dtype if spec.is_float else spec.dtype for spec in declared]

    @property
    def _batch_axis(self) -> int:
        """The number of samples that Input fixed, or an open one."""
        return self._functional.input_leaves[0].shape[0] if self._functional is not None else OPEN

    def _specs_for(self, inputs: Sequence[Array]) -> Any:
        """The structure of output specs for data of these shapes, building the model if need be."""
        shapes = [a.shape[1:] for a in inputs]
        if shapes != self._seen:
            dtypes = self.input_dtypes(len(inputs))
            batch = self._batch_axis
            leaves = [Spec((batch, *shape), dtype) for shape, dtype in zip(shapes, dtypes, strict=True)]
            specs = self.infer_outputs(self.pack_inputs(leaves))
            if not flatten(specs) or not all(spec.shape and spec.shape[0] == batch for spec in flatten(specs)):
                raise ShapeError(
                    f"{self.name}: call must return tensors whose first axis is the batch. Received "
                    f"{', '.join(map(str, flatten(specs))) or None}."
                )
            self._specs, self._seen = specs, shapes
        return self._specs

    def _ready(self, inputs: Sequence[Array]) -> Trainer:
        """The trainer, made at first use, once shapes are known."""
        with _preparing:
            own = self._own_modes
            specs = self._specs_for(inputs) if self._has_call or not own else None  # refuses shapes that do not fit
            if self._trainer is None:
                objective = self._objective_for(specs) if self._settings is not None and specs is not None else None
                settings: dict[str, Any] = {"run_eagerly": self.run_eagerly, "seed": get_seed()}
                kind: Any = partial(OwnSteps, own=own) if own else Trainer
                self._trainer = kind(self, self._slots, objective, **settings)
            self._trainer.reseed(get_seed())
            return self._trainer

    def _forget_trainer(self) -> None:
        """After a change of structure or of settings: what was made for the old ones is no longer used."""
        self._trainer = None
        self._seen = None


def _refuse_shared(optimizer: Optimizer, model: Compiling) -> None:
    """One optimizer counts the steps of one model: two would shift each other's bias corrections and schedules."""
    user = _users.get(optimizer)
    if user is not None and user() is not model and (user() is not None or optimizer.iterations):
        raise ArgumentError(
            f"{model.name}: the optimizer {optimizer.name!r} belongs to another model already, whose steps it counts. Make "
            f"one for each: {type(optimizer).__name__}.from_config(optimizer.get_config())."
        )
    _users[optimizer] = ref(model)


def _renew_lock() -> None:
    """In a forked child: the lock may have been copied while another thread held it."""
    global _preparing
    _preparing = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


def _names_in(structure: Any) -> Iterator[str]:
    """The names in a string, or a list or dictionary of them; configurations are passed over."""
    if isinstance(structure, str):
        yield structure
    elif isinstance(structure, Mapping) and "class_name" not in structure:
        yield from (name for entry in structure.values() for name in _names_in(entry))
    elif isinstance(structure, list | tuple):
        yield from (name for entry in structure for name in _names_in(entry))
