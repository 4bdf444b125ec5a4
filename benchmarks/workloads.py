"""Workloads: the training steps that every system does, on the same data from the same initial weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from benchmarks import large, nets, recurrent

Array = npt.NDArray[Any]
ACCUMULATED = 0.1  # where AdaGrad's sums of squares begin, as in Keras: at 0 the first step would be of full length everywhere
Rule = Literal["sgd", "momentum", "adagrad", "rmsprop", "adam"]


@dataclass(frozen=True)
class Workload:
    """A network with softmax cross-entropy on integer labels, trained in batches taken in order.

    ``net`` "relu" is dense layers of ``sizes``; others are those of `nets`, `recurrent` and `large`, between the first and
    the last of ``sizes``.

    ``batches`` batches make an epoch. ``beta_1`` is Adam's or plain momentum's, ``beta_2`` Adam's or RMSprop's. Epsilon is so
    small that it does not matter where a library puts it.
    """

    name: str
    title: str
    sizes: tuple[int, ...]
    batch: int
    batches: int
    optimizer: Rule
    rate: float
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-10
    net: str = "relu"
    inference: bool = False  # batches are answered, by a net that stays as it is

    @property
    def layers(self) -> int:
        return len(self.sizes) - 1

    @property
    def systems(self) -> tuple[str, ...] | None:
        """Those that have the net; None: all that train."""
        if self.inference:
            return ("predict_pellucid", "predict_onnxruntime", "predict_pytorch", "predict_jax")
        trained = ("pellucid", "jax_scan", "jax_jit", "pytorch", "pytorch_compile")
        if self.net in nets.IMAGES or self.net in recurrent.RECURRENT:
            return (*trained, "keras_tensorflow", "products")
        return None if self.net == "relu" else trained

    def write(self, path: Path) -> None:
        """Write data and initial weights: x (samples, inputs), y (samples,), w0, b0, w1, b1, ...; of other nets ids
        (samples, columns) where there are such, and "NAME" for each parameter.

        The data has the shape of Fashion-MNIST: pixels in [0, 1], ten classes, each a picture under noise. A fifth of
        the labels are wrong, so that the loss stays away from zero.
        """
        rng = np.random.default_rng(20)
        samples, inputs, classes = self.batch * self.batches, self.sizes[0], self.sizes[-1]
        pictures = rng.random((classes, inputs), dtype=np.float32)
        truth = rng.integers(classes, size=samples)
        x = 0.5 * pictures[truth] + 0.5 * rng.random((samples, inputs), dtype=np.float32)
        y = np.where(rng.random(samples) < 0.2, rng.integers(classes, size=samples), truth)
        arrays: dict[str, Array] = {"x": x, "y": y}
        if self.net == "table":  # each class likes other entries of a column
            liked = truth[:, None] * (np.arange(nets.COLUMNS) + 3)
            arrays["ids"] = (liked + rng.integers(20, size=liked.shape)) % nets.ENTRIES
        if self.net == "encoder-decoder":
            arrays |= large.data(samples, rng)
        if self.net in recurrent.RECURRENT:
            arrays |= recurrent.initial_values(self.net, classes, rng)
        elif self.net != "relu":
            arrays |= nets.initial_values(self.net, inputs, classes, rng)
        for i, (fan_in, fan_out) in enumerate(pairwise(self.sizes if self.net == "relu" else ())):
            arrays[f"w{i}"] = rng.normal(0.0, np.sqrt(2 / fan_in), (fan_in, fan_out)).astype(np.float32)
            arrays[f"b{i}"] = np.zeros(fan_out, np.float32)
        np.savez(path, **arrays)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Problem:
    """A workload with its data and initial weights in memory."""

    workload: Workload
    x: Array
    y: Array
    weights: tuple[tuple[Array, Array], ...] = ()
    columns: tuple[Array, ...] = ()  # of categories, or sequences of tokens
    parameters: dict[str, Array] = field(default_factory=dict)  # of nets other than "relu"

    @classmethod
    def read(cls, workload: Workload, path: Path) -> Problem:
        with np.load(path, allow_pickle=False) as file:
            if workload.net == "relu":
                weights = tuple((file[f"w{i}"], file[f"b{i}"]) for i in range(workload.layers))
                return cls(workload, file["x"], file["y"], weights)
            columns = tuple(np.ascontiguousarray(c) for c in file["ids"].T) if "ids" in file else ()
            if "source" in file:
                columns = (file["source"], file["target"])
            parameters = {name: file[name] for name in file if "/" in name}
            return cls(workload, file["x"], file["y"], (), columns, parameters)

    @property
    def x_batches(self) -> Array:
        return self.x.reshape(self.workload.batches, self.workload.batch, -1)

    @property
    def column_batches(self) -> list[Array]:
        return [c.reshape(self.workload.batches, self.workload.batch, *c.shape[1:]) for c in self.columns]

    @property
    def y_batches(self) -> Array:
        return self.y.reshape(self.workload.batches, self.workload.batch, *self.y.shape[1:])


_DEEP = (784, 100, 100, 100, 100, 10)
WORKLOADS = (
    Workload("mlp-sgd", "784-100x4-10, batch 128, SGD", _DEEP, 128, 100, "sgd", 0.01),
    Workload("mlp-adam", "784-100x4-10, batch 128, Adam", _DEEP, 128, 100, "adam", 0.001),
    Workload("mlp-momentum", "784-100x4-10, batch 128, Momentum", _DEEP, 128, 100, "momentum", 0.01),
    Workload("mlp-adagrad", "784-100x4-10, batch 128, AdaGrad", _DEEP, 128, 100, "adagrad", 0.01, epsilon=1e-14),
    Workload("mlp-rmsprop", "784-100x4-10, batch 128, RMSprop", _DEEP, 128, 100, "rmsprop", 0.001, beta_2=0.9, epsilon=1e-14),
    Workload("two-layer", "784-50-10, batch 100, SGD", (784, 50, 10), 100, 100, "sgd", 0.01),
    Workload("single-sample", "784-50-10, batch 1, SGD", (784, 50, 10), 1, 2000, "sgd", 0.001),
    Workload(
        "residual",
        "three residual blocks, GELU, LayerNormalization; batch 128, Adam",
        (784, 10),
        128,
        40,
        "adam",
        0.001,
        net="residual",
    ),
    Workload(
        "table",
        "six embeddings and 16 numbers, 256-128-10; batch 128, Adam",
        (nets.NUMBERS, 10),
        128,
        100,
        "adam",
        0.001,
        net="table",
    ),
    Workload(
        "normalized",
        "784-256x3-10, BatchNormalization, dropout; batch 128, AdamW, global clipping",
        (784, 10),
        128,
        60,
        "adam",
        0.0003,
        net="normalized",
    ),
    Workload("wide-mlp", "1024-4096-4096-10, batch 256, SGD", (1024, 4096, 4096, 10), 256, 4, "sgd", 0.001),
    Workload("tabular", "a million rows of 100 numbers, 128-64-2; batch 1024, Adam", (100, 128, 64, 2), 1024, 977, "adam", 0.001),
    Workload("simple-cnn", "30 filters 5x5, pool, 100, 10; batch 100, Adam", (784, 10), 100, 20, "adam", 0.001, net="simple-cnn"),
    Workload("answer-one", "784-100x4-10, inference, batch 1", _DEEP, 1, 2000, "sgd", 0.0, inference=True),
    Workload("answer-many", "784-100x4-10, inference, batch 256", _DEEP, 256, 50, "sgd", 0.0, inference=True),
    Workload("lenet5", "LeNet-5, modern; batch 128, Adam", (784, 10), 128, 20, "adam", 0.001, net="lenet5"),
    Workload(
        "transformer",
        "Transformer on 64 places, 4 heads, width 64, depth 2; batch 32, Adam",
        (large.LENGTH * large.WIDTH, 10),
        32,
        10,
        "adam",
        0.0003,
        net="transformer",
    ),
    Workload("resnet18", "ResNet-18, width 16, 32 x 32 x 3; batch 32, Adam", (3072, 10), 32, 4, "adam", 0.0003, net="resnet18"),
    Workload(
        "encoder-decoder",
        "16 tokens into 16, GRU of 128 units, attention; batch 64, Adam",
        (1, large.TOKENS),
        64,
        10,
        "adam",
        0.001,
        net="encoder-decoder",
    ),
    Workload("small-vgg", "small VGG on 32 x 32 x 3; batch 32, Adam", (3072, 10), 32, 4, "adam", 0.0003, net="small-vgg"),
    Workload(
        "small-alexnet",
        "small AlexNet on 32 x 32 x 3; batch 32, Adam",
        (3072, 10),
        32,
        4,
        "adam",
        0.0003,
        net="small-alexnet",
    ),
    Workload("simple-rnn", "SimpleRNN 128, 28 steps of 28, batch 128, Adam", (784, 10), 128, 20, "adam", 0.001, net="simple-rnn"),
    Workload(
        "simple-rnn-long",
        "SimpleRNN 64, 100 steps of 64, batch 32, Adam",
        (6400, 10),
        32,
        20,
        "adam",
        0.0003,
        net="simple-rnn-long",
    ),
    Workload("gru", "GRU 128, 28 steps of 28, batch 128, Adam", (784, 10), 128, 10, "adam", 0.001, net="gru"),
    Workload("lstm", "LSTM 128, 28 steps of 28, batch 128, Adam", (784, 10), 128, 10, "adam", 0.001, net="lstm"),
)
