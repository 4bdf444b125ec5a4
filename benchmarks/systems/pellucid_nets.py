"""The nets of ``benchmarks.nets`` by Pellucid's layers."""

from __future__ import annotations

from typing import Any

import pellucid as pl
from benchmarks import large, nets
from benchmarks.recurrent import RECURRENT, Recurrent
from benchmarks.systems import pellucid_large
from benchmarks.workloads import Array, Problem
from pellucid import layers


def build(problem: Problem, *, dropout: bool = True) -> pl.Model:
    """The workload's model, compiled."""
    w = problem.workload
    if w.net in large.LARGE:
        model = pellucid_large.build(w)
        model.compile(pl.optimizers.Adam(w.rate, w.beta_1, w.beta_2, w.epsilon), pellucid_large.loss(w.net))
        return model
    x = pl.Input((w.sizes[0],))
    inputs: Any = x
    if w.net == "table":
        columns = [pl.Input((1,), dtype="int64") for _ in range(nets.COLUMNS)]
        inputs = [x, *columns]
        logits = _table(x, columns, w.sizes[-1])
    elif w.net in RECURRENT:
        logits = _recurrent(x, RECURRENT[w.net], w.sizes[-1])
    elif w.net in nets.IMAGES:
        logits = _convolutional(x, nets.IMAGES[w.net], w.sizes[-1])
    else:
        logits = _residual(x, w.sizes[-1]) if w.net == "residual" else _normalized(x, w.sizes[-1], dropout)
    model = pl.Model(inputs, logits)
    settings: dict[str, Any] = {"epsilon": w.epsilon}
    optimizer: pl.optimizers.Optimizer = pl.optimizers.Adam(w.rate, w.beta_1, w.beta_2, **settings)
    if w.net == "normalized":
        settings |= {"weight_decay": nets.DECAY, "global_clipnorm": nets.GREATEST_NORM}
        optimizer = pl.optimizers.AdamW(w.rate, beta_1=w.beta_1, beta_2=w.beta_2, **settings)
    model.compile(optimizer, pl.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def _residual(x: Any, classes: int) -> Any:
    h = layers.Dense(nets.WIDTH, name="entry")(x)
    for block in range(nets.BLOCKS):
        z = layers.LayerNormalization(epsilon=nets.EPSILON, name=f"norm{block}")(h)
        z = layers.Dense(2 * nets.WIDTH, activation="gelu", name=f"up{block}")(z)
        h = layers.Add()([h, layers.Dense(nets.WIDTH, name=f"down{block}")(z)])
    return layers.Dense(classes, name="last")(layers.LayerNormalization(epsilon=nets.EPSILON, name="norm")(h))


def _table(x: Any, columns: list[Any], classes: int) -> Any:
    picked = [
        layers.Flatten()(layers.Embedding(nets.ENTRIES, nets.EMBEDDED, name=f"column{i}")(ids)) for i, ids in enumerate(columns)
    ]
    h = layers.Concatenate()([x, *picked])
    h = layers.Dense(nets.WIDTH, activation="relu", name="first")(h)
    return layers.Dense(classes, name="last")(layers.Dense(nets.WIDTH // 2, activation="relu", name="second")(h))


def _normalized(x: Any, classes: int, dropout: bool) -> Any:
    for block in range(nets.BLOCKS):
        x = layers.Dense(nets.WIDTH, use_bias=False, name=f"dense{block}")(x)
        x = layers.BatchNormalization(momentum=nets.MOMENTUM, epsilon=nets.EPSILON, name=f"norm{block}")(x)
        x = layers.ReLU()(x)
        x = layers.Dropout(nets.DROPPED)(x) if dropout else x
    return layers.Dense(classes, name="last")(x)


def _convolutional(x: Any, net: nets.Convolutional, classes: int) -> Any:
    x = layers.Reshape((net.side, net.side, net.channels))(x)
    x = layers.ZeroPadding2D(net.border)(x) if net.border else x
    for i, (filters, pooling) in enumerate(net.stages):
        padding = "same" if net.keeps_size else "valid"
        x = layers.Conv2D(filters, net.window(i), padding=padding, activation="relu", name=f"convolution{i}")(x)
        if pooling:
            x = (layers.MaxPooling2D if pooling == "max" else layers.AveragePooling2D)(2)(x)
    hidden = layers.Dense(net.hidden, activation="relu", name="hidden")(layers.Flatten()(x))
    return layers.Dense(classes, name="last")(hidden)


def _recurrent(x: Any, net: Recurrent, classes: int) -> Any:
    cell = {"rnn": layers.SimpleRNNCell, "gru": layers.GRUCell, "lstm": layers.LSTMCell}[net.cell]
    states = layers.RNN(cell(net.units, name="cell"))(layers.Reshape((net.time, net.features))(x))
    return layers.Dense(classes, name="last")(states)


def samples(problem: Problem) -> list[Array]:
    """What the model takes."""
    if problem.workload.net in large.LARGE:
        return pellucid_large.samples(problem)
    return [problem.x, *(c[:, None] for c in problem.columns)]


def restore(model: pl.Model, problem: Problem) -> None:
    """The initial values."""
    if problem.workload.net in large.LARGE:
        pellucid_large.restore(model, problem)
        return
    for weight in model.weights:
        weight.assign(problem.parameters[weight.name])
