"""Trainer: a compiled model's plans, optimizer state and running sums."""

from __future__ import annotations

import copy
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from pellucid.autodiff import CallContext, Spec, Tensor, backward
from pellucid.data.samples import Samples
from pellucid.engine.gather import Gather
from pellucid.engine.in_place import InPlace
from pellucid.engine.link import CLOCK_POSITION, CLOCK_STEP
from pellucid.engine.memory import Memory
from pellucid.engine.plan import Plan
from pellucid.engine.planned_step import Step, Update
from pellucid.engine.program import EntryFailed
from pellucid.engine.team import num_threads
from pellucid.errors import DataError, InUseError, ShapeError
from pellucid.metrics.quantity import Quantity
from pellucid.optimizers.chain import UpdateChain
from pellucid.optimizers.slots import Slots
from pellucid.training.objective import Objective
from pellucid.training.rates import LENGTH as RATES_AHEAD
from pellucid.training.rates import Rates
from pellucid.training.step import StepResult, TrainableModel, run_step
from pellucid.training.sums import Sums

Array = npt.NDArray[Any]

_PLANS_KEPT = 8  # batch shapes that vary without end must not fill the memory


@dataclass(frozen=True)
class _Kept:
    """A plan and what it sums."""

    plan: Plan
    quantities: Sequence[Quantity]


class Trainer:
    """Runs steps of one compiled model: planned (compiled programs) or eager (the tape, layer by layer).

    Args:
        model: what to train.
        slots, objective: of the compiled optimizer and as compiled; None for a model that only predicts.
        run_eagerly: call Python for every step; slow, for debugging.
        seed: of all random streams; masks depend on it, the layer's path and the sample's place, on nothing else.
    """

    def __init__(
        self,
        model: TrainableModel,
        slots: Slots | None,
        objective: Objective | None,
        *,
        run_eagerly: bool,
        seed: int,
    ) -> None:
        self.model = model
        self.slots = slots
        self.optimizer = slots.optimizer if slots is not None else None
        self.objective = objective
        self.run_eagerly = run_eagerly
        self.seed = seed
        self.lock = threading.RLock()  # plans share memory, so one thread at a time runs a step of this model
        self.clock = np.zeros(2, np.int64)
        self._other_clocks = {"evaluate": np.zeros(2, np.int64), "predict": np.zeros(2, np.int64)}  # must not move training's
        self.training_sums = Sums()
        self.other_sums = Sums()
        self._rates = Rates()
        self.epoch_began = 0  # training steps done before the epoch; its order of samples hangs on them
        self.epoch = 0  # its number; so does where an epoch of fewer steps than there are batches begins
        self._busy: set[str] = set()
        self._memory = Memory()
        self._plans: OrderedDict[Any, _Kept] = OrderedDict()
        if self.optimizer is not None:
            self.clock[CLOCK_STEP] = self.optimizer.batches

    def twin(self) -> Trainer:
        """Another trainer of the same model, with a clock, sums and plans of its own."""
        return Trainer(self.model, self.slots, self.objective, run_eagerly=self.run_eagerly, seed=self.seed)

    def copy(self) -> Trainer:
        """A trainer of a copy of the model, at the same place: whatever it does, this one and its model stay as they are."""
        with self.lock:
            model, objective = copy.deepcopy((self.model, self.objective))  # together: the metrics may be the same
            other = self.twin()
            other.model, other.objective = model, objective
            if self.optimizer is not None:
                other.slots = cast(Any, model).optimizer.memory
                other.optimizer = other.slots.optimizer
            other.epoch, other.epoch_began = self.epoch, self.epoch_began
            other.clock[...] = self.clock
            return other

    def in_python(self, mode: str) -> bool:
        """Whether steps of this mode ("train", "evaluate", "predict") run in Python, one a call, rather than by a program."""
        return self.run_eagerly

    def reseed(self, seed: int) -> None:
        """Take another seed for all random streams; plans, which hold keys made from it, are made anew."""
        if seed != self.seed:
            self.seed = seed
            self._plans.clear()

    # --- plans ------------------------------------------------------------------------------------------------------

    def plan(self, mode: str, batch: Samples, size: int, gather: Gather | InPlace | None = None) -> Plan:
        """The plan for batches of ``size`` samples like those of ``batch``.

        Args:
            mode: "train", "evaluate" or "predict".
            gather: entries that take each batch from data; None where batches are copied in.
        """
        dtypes = self._dtypes(batch)
        shapes = tuple(a.shape[1:] for a in batch.arrays)
        layout = (len(batch.inputs), len(batch.targets), len(batch.weights))
        scheduled = mode == "train" and self.optimizer is not None and self.optimizer.is_scheduled
        trained = self.model.trainable_state()
        key = (mode, size, layout, shapes, tuple(dtypes), trained, num_threads(), gather and gather.form, scheduled)
        with self.lock:
            kept = self._plans.get(key)
            if kept is None:
                specs = [Spec((size, *shape), dtype) for shape, dtype in zip(shapes, dtypes, strict=True)]
                kept = self._plans[key] = self._make_plan(mode, specs, layout, size, gather)
                while len(self._plans) > _PLANS_KEPT:
                    self._plans.popitem(last=False)
            self._plans.move_to_end(key)
            if kept.quantities:
                self._sums(mode).use(kept.quantities)
            if gather is not None:
                gather.attach(kept.plan)
            return kept.plan

    def _sums(self, mode: str) -> Sums:
        return self.training_sums if mode == "train" else self.other_sums

    def _dtypes(self, batch: Samples) -> list[np.dtype[Any]]:
        inputs = self.model.input_dtypes(len(batch.inputs))
        targets = self.objective.target_dtypes(batch.targets) if self.objective and batch.targets else []
        return [*inputs, *targets, *(np.dtype(np.float32) for _ in batch.weights)]

    def _make_plan(
        self, mode: str, specs: Sequence[Spec], layout: tuple[int, int, int], size: int, gather: Gather | InPlace | None
    ) -> _Kept:
        training = mode == "train"
        leaves = [Tensor(spec, name=name) for spec, name in zip(specs, _names(layout), strict=True)]
        clock = Tensor(Spec((2,), np.int64), name="clock")
        context = CallContext(training=training, symbolic=True, clock=clock, seed=self.seed)
        result = self._step(leaves, layout, context, None if mode == "predict" else self.objective)
        step = Step(
            inputs=leaves,
            outputs=result.outputs,
            keep_outputs=mode == "predict",
            clock=clock,
            loss=result.loss if training else None,
            states=result.states,
            totals=self._sums(mode).totals(result.quantities, size) if result.quantities else (),
            **(self._update_of(size) if training else {}),
        )
        plan_clock = self.clock if training else self._other_clocks[mode]
        plan = Plan(step, clock=plan_clock, batch_size=size, memory=self._memory, prelude=gather)
        return _Kept(plan, result.quantities)

    def _step(
        self, leaves: Sequence[Tensor], layout: tuple[int, int, int], context: CallContext, objective: Objective | None
    ) -> StepResult:
        i, t, w = layout
        inputs, targets, given = leaves[:i], leaves[i : i + t], leaves[i + t :]
        weights: list[Tensor | None] = list(given) if w else [None] * t
        if w == 1 and t > 1:
            weights = [given[0]] * t
        return run_step(self.model, objective, inputs, targets, weights, context)

    def _update_of(self, size: int) -> dict[str, Any]:
        """What a plan's step needs to know of the update."""
        assert self.slots is not None
        optimizer, trained = self.slots.optimizer, self.model.trainable_weights
        optimizer.check_groups(p.name for p in self.model.weights)
        self.slots.make(trained)
        members = {id(p): optimizer.member(p.name) for p in trained}
        updates = {id(p): Update(members[id(p)], self._rates.pace(members[id(p)]).present, self.slots.of(p)) for p in trained}
        return {"updates": updates, "chain": UpdateChain(optimizer, size, self.slots.samples, self._rates.paces())}

    def optimizer_state(self) -> dict[str, list[Array]]:
        """The optimizer's arrays by slot, in the order of the model's trainable weights."""
        assert self.slots is not None
        trained = self.model.trainable_weights
        self.slots.make(trained)
        names = dict.fromkeys(name for p in trained for name in self.slots.of(p))
        return {slot: [self.slots.of(p)[slot] for p in trained if slot in self.slots.of(p)] for slot in names}

    # --- running ----------------------------------------------------------------------------------------------------

    def begin_epoch(self) -> None:
        self.training_sums.reset()
        self.clock[CLOCK_POSITION] = 0
        if self.optimizer is not None:
            self.epoch_began = self.optimizer.batches

    def state(self) -> dict[str, Any]:
        """Where training stands beside the weights and the optimizer; the sums as they are, not copied."""
        position = int(self.clock[CLOCK_POSITION])
        return {"epoch_began": self.epoch_began, "position": position, "sums": self.training_sums.state()}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on where `state` was taken."""
        self.epoch_began = int(state["epoch_began"])
        self.clock[CLOCK_POSITION] = int(state["position"])
        self.training_sums.load_state(state["sums"])

    @property
    def between_steps(self) -> bool:
        """Whether clock, count of steps and sums agree: false where Ctrl-C came in the middle of what counts a step."""
        assert self.optimizer is not None
        place = (int(self.clock[CLOCK_STEP]), int(self.clock[CLOCK_POSITION]))
        return place == (self.optimizer.batches, self.training_sums.samples)

    def end_training(self) -> None:
        """What remains to be done after the last epoch: parameters become their moving averages, as Keras has it."""
        if self.optimizer is not None and self.optimizer.use_ema and self.optimizer.iterations:
            with self.lock:
                self.optimizer.finalize_variable_values(self.model.trainable_weights)

    def begin_evaluation(self) -> None:
        self.other_sums.reset()
        self._other_clocks["evaluate"][...] = 0

    def begin_prediction(self) -> None:
        self._other_clocks["predict"].fill(0)

    @contextmanager
    def only_one(self, what: str) -> Iterator[None]:
        """Refuse a second epoch of the same kind within the first, from a callback or another thread: they would share sums.

        Raises:
            InUseError: one is running.
        """
        if what in self._busy:
            raise InUseError(
                f"{self.model.name}: one {what} of this model is running already, around this call or in another thread. Let it "
                "end first, or use a copy of the model."
            )
        self._busy.add(what)
        try:
            yield
        finally:
            self._busy.discard(what)

    def train_steps(self, plan: Plan, steps: int, size: int) -> int:
        """Steps 1 to 4 on batches that the plan gathers or that were copied into its inputs.

        This many times, or fewer, at least once, where a signal came; how many times.
        """
        assert self.optimizer is not None
        with self.lock:
            self.clock[CLOCK_STEP] = self.optimizer.batches
            try:
                for start in range(0, steps, RATES_AHEAD):
                    count = min(steps - start, RATES_AHEAD)
                    self._rates.prepare(int(self.clock[CLOCK_STEP]) // plan.period, count)
                    if self._run(plan, count, self.clock, size) < count:
                        break
            finally:
                done = int(self.clock[CLOCK_STEP]) - self.optimizer.batches
                self.optimizer.batches += done
                self.training_sums.samples += done * size
            return done

    def evaluate_steps(self, plan: Plan, steps: int, size: int) -> int:
        """Steps 1 to 3, as often as `train_steps` runs its own."""
        with self.lock:
            done = self._run(plan, steps, self._other_clocks["evaluate"], size)
            self.other_sums.samples += done * size
            return done

    def predict_step(self, plan: Plan, size: int) -> list[Array]:
        """The outputs of the next batch, copied out of the plan's memory."""
        with self.lock:
            self._run(plan, 1, self._other_clocks["predict"], size)
            return [y.array.copy() for y in plan.outputs if y.array is not None]

    def _run(self, plan: Plan, steps: int, clock: Array, size: int) -> int:
        """Run a plan; what a kernel refused is said in the words of the data. No parameter has changed in the refused step."""
        try:
            return plan.run(steps)
        except (EntryFailed, FloatingPointError) as failure:
            if plan.gather is not None:
                plan.gather.refuse_not_finite(int(clock[CLOCK_POSITION]), size)
            if isinstance(failure, EntryFailed) and "cross_entropy" in failure.entry.title:
                raise DataError(
                    "y: a label is not a class of the model's output. Labels must be integers from 0 to the number of "
                    "classes - 1."
                ) from failure
            if isinstance(failure, EntryFailed) and failure.entry.reference is not None:
                failure.entry.reference.compute(None)  # the operation itself says in words what its kernel refused
            raise

    def train_batch(self, batch: Samples) -> None:
        """Steps 1 to 4 on a batch that was handed over."""
        self.check(batch)
        if self.in_python("train"):
            self.train_eagerly(batch)
            return
        with self.lock:
            plan = self._filled("train", batch)
            self.train_steps(plan, 1, len(batch))

    def evaluate_batch(self, batch: Samples) -> None:
        self.check(batch, "evaluate")
        if self.in_python("evaluate"):
            self.evaluate_eagerly(batch)
            return
        with self.lock:
            self.evaluate_steps(self._filled("evaluate", batch), 1, len(batch))

    def predict_batch(self, batch: Samples) -> list[Array]:
        if self.in_python("predict"):
            return self.predict_eagerly(batch)
        with self.lock:
            return self.predict_step(self._filled("predict", batch), len(batch))

    def check(self, batch: Samples, mode: str = "train") -> None:
        """Refuse targets and weights that the objective cannot be computed on."""
        assert self.objective is not None
        self.objective.check_targets(batch.targets)
        if len(batch.weights) not in (0, 1, len(batch.targets)):
            raise ShapeError(
                f"sample_weight: pass one array, or one for each of {len(batch.targets)} targets. Received {len(batch.weights)}."
            )
        self.objective.check_weights(batch.weights)

    def _filled(self, mode: str, batch: Samples) -> Plan:
        """The plan for this batch, with the batch copied into its inputs."""
        plan = self.plan(mode, batch, len(batch))
        for buffer, array in zip(plan.inputs, batch.arrays, strict=True):
            assert buffer.array is not None
            buffer.array[...] = array
        return plan

    def train_eagerly(self, batch: Samples) -> None:
        """Steps 1 to 4 on one batch, in Python, every value open to a debugger."""
        assert self.optimizer is not None
        with self.lock:
            size = len(batch)
            self.clock[CLOCK_STEP] = self.optimizer.batches
            result = self._eager_step(batch, self.clock, training=True)  # 1 forward, 2 output, 3 loss
            assert result.loss is not None
            trained = self.model.trainable_weights
            for parameter in trained:
                parameter.grad = None
            if result.loss.requires_grad:
                backward(result.loss)  # 4 gradient ...
            self.optimizer.step([p.grad for p in trained], trained, size)  # ... and update
            _carry_over(result)
            self.clock += (1, size)
            self.training_sums.add(result.quantities, size)
            self.training_sums.samples += size

    def evaluate_eagerly(self, batch: Samples) -> None:
        """Steps 1 to 3 on one batch."""
        with self.lock:
            result = self._eager_step(batch, self._other_clocks["evaluate"], training=False)
            _carry_over(result)
            self.other_sums.add(result.quantities, len(batch))
            self.other_sums.samples += len(batch)
            self._other_clocks["evaluate"] += (1, len(batch))

    def predict_eagerly(self, batch: Samples) -> list[Array]:
        """Steps 1 and 2 on one batch; the outputs."""
        with self.lock:
            result = self._eager_step(batch, self._other_clocks["predict"], training=False)
            _carry_over(result)
            self._other_clocks["predict"] += (1, len(batch))
            return [y.array for y in result.outputs]

    def _eager_step(self, batch: Samples, clock: Array, *, training: bool) -> StepResult:
        layout = (len(batch.inputs), len(batch.targets), len(batch.weights))
        arrays = [np.ascontiguousarray(a, d) for a, d in zip(batch.arrays, self._dtypes(batch), strict=True)]
        leaves = [Tensor(Spec.of(a), a, name=n) for a, n in zip(arrays, _names(layout), strict=True)]
        now = clock.copy()
        context = CallContext(training=training, clock=Tensor(Spec.of(now), now), seed=self.seed)
        return self._step(leaves, layout, context, self.objective if batch.targets or training else None)


def _carry_over(result: StepResult) -> None:
    """Let the states that layers left behind take effect."""
    for state, value in result.states:
        state.assign(value.array)


def _names(layout: tuple[int, int, int]) -> list[str]:
    def numbered(name: str, count: int) -> list[str]:
        return [name] if count == 1 else [f"{name}{i}" for i in range(count)]

    inputs, targets, weights = layout
    return [*numbered("x", inputs), *numbered("y_true", targets), *numbered("sample_weight", weights)]
