"""A gallery of trainings: broken ones, each with the finding that names its culprit, and healthy ones.

Each is as small as shows what it is to show. ``train`` returns what `Doctor` reports of a training.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from sklearn import datasets

import pellucid as pl
from pellucid.doctor import Doctor, Report
from pellucid.layers import Activation, BatchNormalization, Dense, Dropout, Flatten, Rescaling, Softmax

Run = Callable[[], Report]
BROKEN: dict[str, tuple[str, Run]] = {}
HEALTHY: dict[str, Run] = {}
CROSS_ENTROPY = "sparse_categorical_crossentropy"


def broken(culprit: str) -> Callable[[Run], Run]:
    """Decorator: a training in which ``culprit`` must be found first."""

    def add(run: Run) -> Run:
        BROKEN[run.__name__] = (culprit, run)
        return run

    return add


def healthy(run: Run) -> Run:
    HEALTHY[run.__name__] = run
    return run


def train(model, x, y, *, loss=CROSS_ENTROPY, optimizer="adam", epochs=8, metrics=(), seed=0, **fit):
    """Fit with a `Doctor` looking on; its report."""
    pl.utils.set_random_seed(seed)
    doctor = Doctor(verbose=0)
    model = model if isinstance(model, pl.Model) else pl.Sequential(model())
    model.compile(optimizer, loss, metrics=list(metrics) or None)
    model.fit(x, y, epochs=epochs, verbose=0, callbacks=[doctor], **fit)
    assert not doctor.report.skipped, doctor.report.skipped
    return doctor.report


@cache
def table(name):
    """A set that scikit-learn ships, in random order: inputs as they are, standardised inputs, targets."""
    bunch = getattr(datasets, f"load_{name}")()
    order = np.random.default_rng(0).permutation(len(bunch.data))
    x = bunch.data[order].astype(np.float32)
    return x, ((x - x.mean(0)) / np.maximum(x.std(0), 1e-6)).astype(np.float32), bunch.target[order]


def digits(count=600):
    x, _, y = table("digits")
    return x[:count] / 16, y[:count]


def numbers():
    """Patients' ten measurements, and the progress of diabetes, both standardised."""
    _, x, y = table("diabetes")
    return x, ((y - y.mean()) / y.std()).astype(np.float32)


def mlp(*units, activation="relu", out=10, last="softmax", **dense):
    return lambda: [*(Dense(n, activation, **dense) for n in units), Dense(out, last)]


# --- broken -------------------------------------------------------------------------------------------------------------


@broken("inputs_constant")
def rows_all_the_same():
    x, y = digits()
    return train(mlp(16), np.repeat(x[:1], len(y), axis=0), y)


@broken("inputs_not_scaled")
def pixels_as_bytes():
    x, y = digits()
    return train(mlp(16), (x * 255).astype(np.uint8), y, optimizer=pl.optimizers.SGD(0.1))


@broken("inputs_not_scaled")
def columns_as_they_were_measured():
    x, _, y = table("breast_cancer")
    return train(mlp(16, out=2), x, y)


@broken("inputs_not_scaled")
def divided_twice():
    x, y = digits()
    return train(mlp(16), x / 255 / 255, y)


@broken("labels_constant")
def one_class_alone():
    x, y = digits()
    return train(mlp(16), x, np.full_like(y, 3))


@broken("labels_shifted")
def classes_from_one():
    x, y = digits()
    return train(mlp(16, out=11), x, y + 1)


@broken("validation_has_other_labels")
def sorted_and_split():
    x, y = digits()
    order = np.argsort(y, kind="stable")
    return train(mlp(16), x[order], y[order], validation_split=0.2)


@broken("validation_duplicates")
def validated_on_what_was_learned():
    x, y = digits()
    return train(mlp(16), x, y, validation_data=(x[:200], y[:200]))


@broken("labels_shuffled")
def labels_of_other_rows():
    x, y = digits()
    y = np.random.default_rng(1).permutation(y)
    return train(mlp(16), x[:400], y[:400], validation_data=(x[400:], y[400:]))


@broken("labels_shuffled")
def numbers_of_other_rows():
    x, y = numbers()
    y = np.random.default_rng(1).permutation(y)
    return train(mlp(8, out=1, last=None), x[:300], y[:300], loss="mse", validation_data=(x[300:], y[300:]))


@broken("too_simple")
def a_line_between_rings():
    rng = np.random.default_rng(0)
    y = np.arange(300) % 2
    angle, radius = rng.uniform(0, 2 * np.pi, 300), 0.5 + y + rng.normal(0, 0.05, 300)
    x = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return train(mlp(out=2), x, y, optimizer=pl.optimizers.Adam(0.02), epochs=20)


@broken("softmax_of_one")
def softmax_for_yes_and_no():
    _, x, y = table("breast_cancer")
    return train(mlp(16, out=1), x, y, loss="binary_crossentropy")


@broken("softmax_twice")
def softmax_on_softmax():
    x, y = digits()
    return train(lambda: [Dense(16, "relu"), Dense(10, "softmax"), Softmax()], x, y)


@broken("probabilities_as_logits")
def softmax_under_logits():
    x, y = digits()
    return train(mlp(16), x, y, loss=pl.losses.SparseCategoricalCrossentropy(from_logits=True))


@broken("logits_as_probabilities")
def logits_without_softmax():
    x, y = digits()
    return train(mlp(16, last=None), x, y)


@broken("sigmoid_for_one_of_many")
def sigmoids_for_one_class():
    x, y = digits()
    return train(mlp(16, last="sigmoid"), x, y)


@broken("numbers_loss_on_classes")
def squares_on_classes():
    x, y = digits()
    return train(mlp(16, out=1, last=None), x, y, loss="mse")


@broken("targets_out_of_reach")
def relu_at_the_end():
    x, y = numbers()
    return train(mlp(16, out=1, last="relu"), x, y, loss="mse")


@broken("nothing_trained")
def all_frozen():
    x, y = digits()
    return train(lambda: [Dense(16, "relu", trainable=False), Dense(10, "softmax", trainable=False)], x, y)


@broken("nothing_trained")
def rate_of_zero():
    x, y = digits()
    return train(mlp(16), x, y, optimizer=pl.optimizers.SGD(0.0))


@broken("same_weights")
def all_weights_zero():
    x, y = digits()
    return train(lambda: [Dense(16, "relu", kernel_initializer="zeros"), Dense(10, "softmax", kernel_initializer="zeros")], x, y)


@broken("same_weights")
def all_weights_equal():
    x, y = digits()
    same = {"kernel_initializer": pl.initializers.Constant(0.1)}
    return train(lambda: [Dense(16, "tanh", **same), Dense(10, "softmax", **same)], x, y)


@broken("targets_not_scaled")
def targets_in_thousands():
    x, y = numbers()
    return train(mlp(16, out=1, last=None), x, y * 1000 + 5000, loss="mse")


@broken("sorted_not_shuffled")
def class_after_class():
    x, y = digits()
    order = np.argsort(y, kind="stable")
    return train(mlp(16), x[order], y[order], shuffle=False)


@broken("regularization_dominates")
def penalty_too_strong():
    x, y = digits()
    return train(lambda: [Dense(16, "relu", kernel_regularizer=pl.regularizers.L2(10.0)), Dense(10, "softmax")], x, y)


@broken("dead_units")
def bias_far_below_zero():
    x, y = digits()
    return train(mlp(16, bias_initializer=pl.initializers.Constant(-20.0)), x, y, optimizer=pl.optimizers.SGD(0.1))


@broken("saturated_units")
def weights_far_too_large():
    x, y = digits()
    wide = pl.initializers.RandomNormal(stddev=30.0)
    return train(mlp(16, 16, activation="tanh", kernel_initializer=wide), x, y, optimizer=pl.optimizers.SGD(1e-3))


@broken("vanishing_gradients")
def ten_layers_of_sigmoids():
    x, y = digits()
    return train(mlp(*[16] * 10, activation="sigmoid"), x, y, optimizer=pl.optimizers.SGD(0.01), epochs=5)


@broken("exploding_gradients")
def weights_that_multiply():
    x, y = numbers()
    big = pl.initializers.RandomNormal(stddev=3.0)
    return train(
        mlp(*[16] * 5, activation="linear", out=1, last=None, kernel_initializer=big),
        x,
        y,
        loss="mae",
        optimizer=pl.optimizers.SGD(1e-12),
    )


@broken("vanishing_gradients")
def weights_far_too_small():
    x, y = digits()
    narrow = pl.initializers.RandomNormal(stddev=0.01)
    return train(mlp(16, 16, 16, activation="tanh", kernel_initializer=narrow), x, y, optimizer=pl.optimizers.SGD(0.1), epochs=5)


@broken("learning_rate_too_large")
def steps_that_kill_units():
    x, y = digits()
    return train(mlp(16), x, y, optimizer=pl.optimizers.SGD(20.0))


@broken("learning_rate_too_large")
def steps_far_too_large():
    x, y = digits()
    return train(mlp(16, activation="gelu"), x, y, optimizer=pl.optimizers.Adam(3.0))


@broken("learning_rate_too_small")
def steps_far_too_small():
    x, y = digits()
    return train(mlp(16), x, y, optimizer=pl.optimizers.SGD(1e-5))


@broken("batch_larger_than_data")
def one_step_an_epoch():
    x, y = digits(200)
    return train(mlp(16), x, y, batch_size=1024, epochs=5)


@broken("class_imbalance")
def one_in_ten():
    x, y = digits(1000)
    y = (y == 8).astype(np.int64)
    return train(mlp(4, out=1, last="sigmoid"), x, y, loss="binary_crossentropy", optimizer=pl.optimizers.SGD(0.02), epochs=5)


@broken("overfitting")
def learned_by_heart():
    _, x, y = table("diabetes")
    y = ((y - y.mean()) / y.std()).astype(np.float32)
    held = (x[60:160], y[60:160])
    return train(mlp(128, 64, out=1, last=None), x[:60], y[:60], loss="mse", validation_data=held, epochs=60, batch_size=8)


@broken("not_finite")
def rate_of_a_million():
    x, y = numbers()
    return train(mlp(16, out=1, last=None), x, y, loss="mse", optimizer=pl.optimizers.SGD(1e6))


# --- healthy ------------------------------------------------------------------------------------------------------------


def _classes(name, net, seed=0, **settings):
    """A training on a set of classes, a quarter held out."""

    def run():
        _, x, y = table(name)
        x, y = (digits(500)) if name == "digits" else (x, y)
        quarter = len(x) // 4
        held = (x[:quarter], y[:quarter])
        return train(net(len(np.unique(y))), x[quarter:], y[quarter:], validation_data=held, seed=seed, **settings)

    return run


def _of(*units, **settings):
    return lambda classes: mlp(*units, out=classes, **settings)


def _with_extras(classes):
    return lambda: [Dense(32), BatchNormalization(), Activation("relu"), Dropout(0.2), Dense(classes, "softmax")]


def _deep(classes):
    return mlp(24, 24, 24, 24, out=classes, kernel_initializer="he_normal")


_nets = {
    "linear": _of(),
    "relu": _of(32),
    "tanh": _of(24, 12, activation="tanh"),
    "sigmoid": _of(32, activation="sigmoid"),
    "gelu": _of(24, activation="gelu"),
    "normalized": _with_extras,
    "deep": _deep,
}
_optimizers = {
    "sgd": lambda: pl.optimizers.SGD(0.1),
    "momentum": lambda: pl.optimizers.SGD(0.02, momentum=0.9),
    "adam": lambda: pl.optimizers.Adam(0.005),
    "rmsprop": lambda: pl.optimizers.RMSprop(0.002),
    "adamw": lambda: pl.optimizers.AdamW(0.005),
}


def _lazily(run, optimizer):
    def with_optimizer():
        return run(optimizer())

    return with_optimizer


for _seed, (_data, _net, _opt) in enumerate(
    [
        ("digits", "linear", "sgd"),
        ("digits", "relu", "sgd"),
        ("digits", "relu", "adam"),
        ("digits", "tanh", "momentum"),
        ("digits", "sigmoid", "adam"),
        ("digits", "gelu", "rmsprop"),
        ("digits", "normalized", "adamw"),
        ("digits", "deep", "adam"),
        ("iris", "linear", "adam"),
        ("iris", "relu", "sgd"),
        ("iris", "tanh", "adamw"),
        ("iris", "sigmoid", "adam"),
        ("wine", "linear", "sgd"),
        ("wine", "relu", "rmsprop"),
        ("wine", "gelu", "adam"),
        ("wine", "normalized", "momentum"),
        ("breast_cancer", "linear", "sgd"),
        ("breast_cancer", "relu", "adam"),
        ("breast_cancer", "deep", "momentum"),
        ("breast_cancer", "normalized", "adamw"),
    ]
):

    def _run(data=_data, net=_net, opt=_opt, seed=_seed):
        epochs = 25 if data in ("iris", "wine") else 10
        return _classes(data, _nets[net], seed=seed, optimizer=_optimizers[opt](), epochs=epochs, metrics=["accuracy"])()

    HEALTHY[f"{_data}_{_net}_{_opt}"] = _run


@healthy
def diabetes_linear():
    x, y = numbers()
    return train(mlp(out=1, last=None), x[100:], y[100:], loss="mse", validation_data=(x[:100], y[:100]), epochs=20)


@healthy
def diabetes_relu():
    x, y = numbers()
    return train(mlp(16, out=1, last=None), x[100:], y[100:], loss="mse", validation_data=(x[:100], y[:100]), epochs=10)


@healthy
def diabetes_absolute_error():
    x, y = numbers()
    return train(mlp(16, activation="tanh", out=1, last=None), x, y, loss="mae", epochs=10)


@healthy
def linnerud_three_outputs():
    bunch = datasets.load_linnerud()
    x, y = ((a - a.mean(0)) / a.std(0) for a in (bunch.data, bunch.target))
    return train(mlp(8, out=3, last=None), x, y, loss="mse", epochs=30)


@healthy
def yes_or_no():
    _, x, y = table("breast_cancer")
    return train(mlp(16, out=1, last="sigmoid"), x, y, loss="binary_crossentropy", metrics=["accuracy"])


@healthy
def yes_or_no_from_logits():
    _, x, y = table("breast_cancer")
    return train(mlp(16, out=1, last=None), x, y, loss=pl.losses.BinaryCrossentropy(from_logits=True))


@healthy
def squares_on_one_hot_rows():
    x, y = digits()
    optimizer = pl.optimizers.SGD(1.0)
    return train(mlp(32, activation="sigmoid", last="sigmoid"), x, np.eye(10)[y], loss="mse", optimizer=optimizer, epochs=20)


@healthy
def one_hot_and_label_smoothing():
    x, y = digits()
    return train(mlp(32), x, np.eye(10)[y], loss=pl.losses.CategoricalCrossentropy(label_smoothing=0.1))


@healthy
def exclusive_or():
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    y = np.array([[0], [1], [1], [0]], np.float32)
    net = mlp(8, activation="tanh", out=1, last="sigmoid")
    return train(net, x, y, loss="binary_crossentropy", optimizer=pl.optimizers.Adam(0.05), epochs=60)


@healthy
def bytes_behind_a_rescaling():
    x, y = digits()
    pixels = (x * 255).astype(np.uint8).reshape(-1, 8, 8)
    return train(lambda: [Rescaling(1 / 255), Flatten(), Dense(32, "relu"), Dense(10, "softmax")], pixels, y)


@healthy
def two_spirals_and_weight_decay():
    rng = np.random.default_rng(0)
    angle = np.sqrt(rng.random(300)) * 2 * np.pi
    y = np.arange(300) % 2
    x = np.stack([np.cos(angle + np.pi * y), np.sin(angle + np.pi * y)], axis=1) * angle[:, None] / 6
    l2 = pl.regularizers.L2(1e-4)
    net = mlp(32, 16, activation="tanh", out=2, kernel_regularizer=l2)
    return train(net, x, y, optimizer=pl.optimizers.Adam(0.01), epochs=25)


@healthy
def two_outputs_and_normalized_layers():
    """Scales that all begin as 1 are no weights without difference, and two losses have no common constant answer."""
    x, y = digits(300)
    pixels = pl.Input((8, 8))
    hidden = Dense(16, "relu")(Flatten()(pl.layers.LayerNormalization(axis=[1, 2])(pixels)))
    outputs = [Dense(10, "softmax", name="digit")(hidden), Dense(1, name="ink")(hidden)]
    losses = [CROSS_ENTROPY, pl.losses.MeanSquaredError()]
    return train(pl.Model(pixels, outputs), x.reshape(-1, 8, 8), [y, x.mean(axis=1)], loss=losses, epochs=4)


@healthy
def not_learned_to_the_end():
    """Two epochs of a slow start are no illness."""
    x, y = digits()
    return train(mlp(32), x, y, optimizer=pl.optimizers.SGD(0.01), epochs=2)
