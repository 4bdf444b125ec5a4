"""Backpropagation through time, step by step: what reaches each time step's state, and what each step adds to the gradient."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.arguments import integer, real
from pellucid.autodiff import Applied, Op, Parameter, Spec, Tensor, as_tensor, backward, observing
from pellucid.autodiff.op import gradients
from pellucid.errors import ArgumentError
from pellucid.lens.recurrence import Recurrence
from pellucid.lens.steps_back import StepsBack, steps_back
from pellucid.ops.gru import Gru
from pellucid.ops.lstm import Lstm
from pellucid.ops.scan import Scan, only_present, over_time, steps_of
from pellucid.ops.simple_rnn import SimpleRnn

Array = npt.NDArray[Any]

_CELLS: dict[type[Scan], str] = {SimpleRnn: "SimpleRNN", Lstm: "LSTM", Gru: "GRU"}


@dataclass(frozen=True, eq=False)
class Clipping:
    """A gradient before and after its norm is held to a bound; see `ThroughTime.clipped`."""

    before: float
    after: float
    gradients: dict[str, Array]

    def __str__(self) -> str:
        return f"norm of the gradient: {self.before:.4g} before clipping, {self.after:.4g} after"


@dataclass(frozen=True, eq=False)
class ThroughTime:
    """What backpropagation through time did for one batch; made by `through_time`.

    Args:
        loss: its value.
        recurrences: one for each run of a cell over time, in the order of computation.
        gradients: of all the model's trained weights, by name. With ``truncate``, the truncated ones.
    """

    loss: float
    recurrences: tuple[Recurrence, ...]
    gradients: dict[str, Array]

    def __len__(self) -> int:
        return len(self.recurrences)

    def __iter__(self) -> Iterator[Recurrence]:
        return iter(self.recurrences)

    def __getitem__(self, place: int | str) -> Recurrence:
        """The recurrence at this place, or the one in whose label this name stands.

        Raises:
            ArgumentError: there is none, or the name fits several.
        """
        if isinstance(place, str):
            found = [one for one in self.recurrences if _is_in(place, one.label)]
            if len(found) != 1:
                labels = ", ".join(one.label for one in self.recurrences)
                raise ArgumentError(f"ThroughTime: {place!r} fits {len(found)} of the recurrences: {labels}.")
            return found[0]
        return self.recurrences[place]

    def clipped(self, global_clipnorm: float) -> Clipping:
        r"""The gradients as an optimizer with ``global_clipnorm`` would take them.

            g <- g * min(1, bound / |g|),  |g| being the norm over all weights together

        The direction stays; a step over a cliff, where the gradient has exploded, becomes one of the usual length.

        Source: Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks", 2013.
        """
        bound = real("clipped", "global_clipnorm", global_clipnorm, above=0)
        before = _norm(self.gradients)
        factor = min(1.0, bound / before) if before > 0 else 1.0
        held = {name: g * g.dtype.type(factor) for name, g in self.gradients.items()}
        return Clipping(before, _norm(held), held)

    def __str__(self) -> str:
        return "\n\n".join([f"loss {self.loss:.6g}", *map(str, self.recurrences)])


def through_time(
    model: Any,
    x: Any,
    y: Any,
    *,
    layer: Any = None,
    loss: Callable[[Any, Tensor], Tensor] | None = None,
    truncate: int | None = None,
    training: bool = False,
) -> ThroughTime:
    """Run a model forward and back on one batch, and keep each step of its recurrent layers.

    The steps back are made here one by one, by the equations of the textbook, beside the engine's own way, with which they are
    compared. Weights, gradients in ``grad`` and the layers' state are left as they were.

    Args:
        model: a compiled model, or, with ``loss``, any layer.
        x, y: the batch.
        layer: the layer to look at, or its name; all recurrent layers where absent. A stack has a recurrence for each cell, a
            bidirectional layer one for each direction.
        loss: a function (y_true, y_pred) that gives one number, in place of the compiled loss.
        truncate: cut the gradient after each so many steps back, in every recurrent layer: an earlier state hears nothing of
            later steps. Where it divides the number of steps, this is what training on pieces of so many steps with ``stateful``
            does.
        training: whether layers such as dropout are to behave as in training.

    Raises:
        ArgumentError: there is no recurrent layer that runs as one operation (not unrolled, with the usual activations and
            without recurrent dropout), or no gradient arrives there.

    Source: Werbos, "Backpropagation through time: what it does and how to do it", 1990.

    >>> import numpy as np, pellucid as pl
    >>> ones = dict(kernel_initializer="ones", recurrent_initializer=pl.initializers.Constant(0.5))
    >>> rnn = pl.layers.SimpleRNN(1, activation="linear", **ones)
    >>> seen = through_time(rnn, np.ones((1, 3, 1)), None, loss=lambda _, h: h.sum())[0]
    >>> seen.state.ravel()  # h_t = x_t + h_{t-1} / 2
    array([1.  , 1.5 , 1.75], dtype=float32)
    >>> seen.gradient.ravel()  # half of it is lost with each step back
    array([0.25, 0.5 , 1.  ], dtype=float32)
    >>> [seen.contribution(t)["recurrent_kernel"].item() for t in range(3)], seen.whole["recurrent_kernel"].item()
    ([0.0, 0.5, 1.5], 2.0)
    """
    cut = None if truncate is None else integer("through_time", "truncate", truncate, at_least=1)
    applied: list[Applied] = []
    parameters: list[Parameter] = list(model.weights)
    before = [p.array.copy() for p in parameters]
    grads = [p.grad for p in parameters]
    try:
        for parameter in parameters:
            parameter.grad = None
        with observing(applied.append):
            y_pred = model(x, training=training)
            target = _as_target(y, model)
            value = as_tensor(loss(target, y_pred) if loss is not None else model.compute_loss(x, target, y_pred, None, training))
        if value.shape != ():
            raise ArgumentError(f"through_time: the loss must be one number. Received shape {value.shape}. Take its mean.")
        if len(model.weights) > len(parameters):  # it was not built before
            parameters, before, grads = model.weights, [p.array.copy() for p in model.weights], [None] * len(model.weights)
        watched = _watch(applied, cut)
        if value.requires_grad:
            backward(value)
        found = [w.recurrence() for w in watched if w.steps is not None]
        weights = _by_name(parameters)
    finally:
        for parameter, array, grad in zip(parameters, before, grads, strict=True):
            parameter.array[...] = array
            parameter.grad = grad
    name = getattr(layer, "name", layer)
    chosen = [one for one in found if name is None or _is_in(name, one.label)]
    if not chosen:
        raise ArgumentError(
            f"through_time: no gradient goes through {'a recurrent layer' if name is None else repr(name)} that runs as one "
            f"operation. Found: {', '.join(one.label for one in found) or 'none'}. A cell that is unrolled step by step (one of "
            "your own, with other activations, recurrent dropout or unroll=True) is not taken apart; a loss must depend on it."
        )
    return ThroughTime(float(value.item()), tuple(chosen), weights)


class _Watched(Op):
    """Stands in the place of a scan on the tape, makes its steps back one by one, and keeps them."""

    def __init__(self, applied: Applied, cut: int | None) -> None:
        self.applied, self.cut = applied, cut
        self.parameters, self.saves = applied.op.parameters, applied.op.saves  # type: ignore[misc]
        self.arriving: Array | None = None
        self.steps: StepsBack | None = None

    def infer(self, *inputs: Spec) -> Spec:
        return self.applied.op.infer(*inputs)

    def forward(self, xp: Any, *inputs: Any) -> Any:
        return self.applied.op.forward(xp, *inputs)

    def backward(self, xp: Any, grad: Any) -> Any:
        op, inputs = self.applied.op, {n: t.array for n, t in zip(self.parameters, self.applied.inputs, strict=True)}
        assert isinstance(op, Scan)
        saved = dict(zip(self.saves, self.applied.saved, strict=True))
        steps = steps_back(op, inputs, self.applied.output.array, saved, grad, self.cut)
        self.arriving, self.steps = grad, steps
        x, db = only_present(np, inputs["x"], inputs["mask"]), steps.d_sums.sum(axis=(0, 1))
        given = {"x": steps.d_sums @ inputs["k"].T, "mask": None, "k": _product([(x, steps.d_sums)])}
        given |= {"w": _product(steps.factors), "b": np.stack([db, _bias(steps.factors)]) if inputs["b"].ndim == 2 else db}
        given |= dict(zip(("h", "c"), steps.initial, strict=False))
        return tuple(given[name] for name in self.parameters)

    def recurrence(self) -> Recurrence:
        """What was kept, beside what the operation's own derivative gives."""
        assert self.steps is not None
        assert self.arriving is not None
        op, tensors = self.applied.op, self.applied.inputs
        assert isinstance(op, Scan)
        parts = dict(zip(self.parameters, _gradients(self.applied, self.arriving), strict=True))
        whole = {"recurrent_kernel": parts["w"], "kernel": parts["k"]}
        x, mask = tensors[0].array, tensors[-1].array
        b = parts["b"] if tensors[self.parameters.index("b")].requires_grad else None
        if b is not None:
            whole |= {"bias": b[0], "recurrent_bias": b[1]} if b.ndim == 2 else {"bias": b}
        return Recurrence(
            self.applied.label,
            _CELLS[type(op)],
            tuple(op.order(x)),
            mask if mask.size else np.ones(x.shape[:2], np.bool_),
            only_present(np, x, mask),
            over_time(np, steps_of(np, self.arriving, op.sequences, op.order(x))),
            self.steps,
            whole,
            with_bias="bias" in whole,
            with_recurrent_bias="recurrent_bias" in whole,
        )


def _watch(applied: Sequence[Applied], cut: int | None) -> list[_Watched]:
    """Put a watcher into the place of each scan on the tape."""
    watched = []
    for one in applied:
        node = one.output.node
        if type(one.op) not in _CELLS or node is None:
            continue
        watched.append(_Watched(one, cut))
        one.output.node = replace(node, op=watched[-1])
    return watched


def _gradients(one: Applied, grad: Array) -> list[Any]:
    tensors = one.inputs
    return gradients(
        one.op, grad, [t.array for t in tensors], one.output.array, [t.spec for t in tensors], one.output.spec, one.saved
    )


def _product(factors: Sequence[tuple[Array, Array]]) -> Array:
    """The recurrent kernel's gradient over all samples and times."""
    return np.concatenate([a.reshape(-1, a.shape[-1]).T @ d.reshape(-1, d.shape[-1]) for a, d in factors], axis=-1)


def _bias(factors: Sequence[tuple[Array, Array]]) -> Array:
    return np.concatenate([d.sum(axis=(0, 1)) for _, d in factors])


def _as_target(y: Any, model: Any) -> Any:
    """Numbers as an array, floats in the model's dtype; anything else as it is."""
    if y is None or isinstance(y, Tensor | dict):
        return y
    values = np.asarray(y)
    return values.astype(model.dtype) if values.dtype.kind == "f" else values


def _by_name(parameters: Sequence[Parameter]) -> dict[str, Array]:
    """The gradients of what is trained; a number tells equal names apart."""
    named: dict[str, Array] = {}
    for parameter in parameters:
        if parameter.trainable:
            name, count = parameter.name, 1
            while name in named:
                name, count = f"{parameter.name}_{count}", count + 1
            named[name] = np.zeros_like(parameter.array) if parameter.grad is None else parameter.grad
    return named


def _is_in(name: str, label: str) -> bool:
    """Whether a layer of this name is on the way to what stands at the label."""
    return f"/{name}/" in f"/{label}/"


def _norm(arrays: dict[str, Array]) -> float:
    return float(np.sqrt(sum(float(np.sum(np.square(a, dtype=np.float64))) for a in arrays.values())))
