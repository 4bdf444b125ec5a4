"""Plans made without models: a function of tensors, its inputs and parameters, and what eager execution makes of the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.autodiff import CallContext, Parameter, Spec, Tensor, backward, call_context, tensor
from pellucid.engine.memory import Memory
from pellucid.engine.plan import Plan
from pellucid.engine.planned_step import Step, Total, Update
from pellucid.kernels.call import Buffer

Array = npt.NDArray[Any]
Function = Callable[..., Tensor]


class Descent:
    """p <- p - rate * g, by Python alone; folded into a product where that is allowed."""

    def __init__(self, folds: bool = False) -> None:
        self.folds_into_product = folds

    def rule(
        self, xp: Any, p: Array, g: Array, state: Mapping[str, Array], rate: float, t: int
    ) -> tuple[Array, dict[str, Array]]:
        return p - rate * g, {}

    def bind(self, *buffers: Any) -> None:
        return None


class Planned:
    """``function(*inputs)`` as a plan: its value is the output and, with parameters, the loss.

    Args:
        update: parameters that the step updates, by default all; ``rate`` is 1, so the change is the gradient.
        total: whether the loss is summed up.
    """

    def __init__(
        self,
        function: Function,
        inputs: Sequence[Array],
        parameters: Sequence[Parameter] = (),
        *,
        rule: Any = None,
        rate: float = 1.0,
        state: Callable[[Parameter], dict[str, Array]] = lambda p: {},
        memory: Memory | None = None,
        gather: Any = None,
        threads: int = 1,
        output: bool = True,
        context: Mapping[str, Any] | None = None,
    ) -> None:
        leaves = [Tensor(Spec.of(a), name=f"x{i}") for i, a in enumerate(inputs)]
        self.clock = np.zeros(2, np.int64)
        clock = Tensor(Spec((2,), np.int64), name="clock")
        self.context = CallContext(symbolic=True, training=True, clock=clock, **(context or {}))
        with call_context(self.context):
            value = function(*leaves)
        self.rate = np.array([rate])
        rate_buffer = Buffer.around(self.rate, "rate")
        self.total = np.zeros(1)
        self.states = {p.name: state(p) for p in parameters}
        step = Step(
            inputs=leaves,
            outputs=[value] if output else [],
            keep_outputs=output,
            clock=clock,
            loss=value if parameters else None,
            totals=[Total(value, self.total, 2.0)] if value.shape == () else (),
            states=self.context.updates,
            updates={id(p): Update(rule or Descent(), rate_buffer, self.states[p.name]) for p in parameters},
        )
        self.plan = Plan(step, clock=self.clock, batch_size=3, memory=memory, prelude=gather, threads=threads)
        if gather is None:
            self.fill(*inputs)

    def fill(self, *inputs: Array) -> None:
        for buffer, array in zip(self.plan.inputs, inputs, strict=True):
            assert buffer.array is not None
            buffer.array[...] = array

    def run(self, steps: int = 1) -> Planned:
        self.plan.run(steps)
        return self

    @property
    def value(self) -> Array:
        array = self.plan.outputs[0].array
        assert array is not None
        return array.copy()

    @property
    def titles(self) -> list[str]:
        return [e.title for e in self.plan.schedule.entries]


def parameter(array: npt.ArrayLike, name: str, dtype: npt.DTypeLike = "float32", trainable: bool = True) -> Parameter:
    return Parameter(np.array(array, dtype), name=name, trainable=trainable)


def weights(dtype: str = "float32") -> tuple[Parameter, Parameter]:
    """A kernel and a bias of six outputs, the same each time."""
    generator = np.random.default_rng(6)
    return parameter(0.4 * generator.standard_normal((6, 6)), "w", dtype), parameter(generator.standard_normal(6), "b", dtype)


def eager(function: Function, inputs: Sequence[Array], parameters: Sequence[Parameter] = ()) -> tuple[Array, list[Array | None]]:
    """Value and the parameters' gradients by the tape, in float64 where the arrays are."""
    for p in parameters:
        p.grad = None
    value = function(*(tensor(a) for a in inputs))
    if value.requires_grad:
        backward(value)
    return value.array, [p.grad for p in parameters]


def assert_planned_equals_eager(
    function: Function, inputs: Sequence[Array], parameters: Sequence[Parameter], *, threads: int = 1, tolerance: float = 1e-5
) -> Planned:
    """Value and every gradient, relative to the largest entry; parameters have their values again afterwards."""
    value, gradients = eager(function, inputs, parameters)
    before = [p.array.copy() for p in parameters]
    for folds in (False, True):
        planned = Planned(function, inputs, parameters, rule=Descent(folds), threads=threads).run()
        assert_near(planned.value, value, tolerance, at_least=1.0)  # a sum of terms near 1, which may cancel
        for p, old, gradient in zip(parameters, before, gradients, strict=True):
            expected = np.zeros_like(old) if gradient is None else gradient
            assert_near(old - p.array, expected, tolerance, at_least=float(np.abs(old).max(initial=0)))
            p.array[...] = old
    return planned


def assert_near(found: Array, expected: Array, tolerance: float, at_least: float = 1e-3) -> None:
    assert found.shape == expected.shape
    scale = max(float(np.abs(expected).max(initial=0)), at_least)
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance * scale)
