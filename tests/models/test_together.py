"""Models that share layers, threads that share the machine, and forks."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable

import numpy as np
import pytest

import pellucid as pl
from pellucid.layers import Dense
from tests.support.training import assert_close, assert_same_bits, classifier, clusters

X, Y = clusters()


def in_threads(*functions: Callable[[], None]) -> None:
    """Run them at the same time; an error in one is an error of the test."""
    errors: list[BaseException] = []
    gate = threading.Barrier(len(functions))

    def run(function: Callable[[], None]) -> None:
        try:
            gate.wait()
            function()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(f,)) for f in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def sharing(eagerly: bool = False) -> tuple[Dense, pl.Model, pl.Model]:
    pl.utils.set_random_seed(2)
    shared = Dense(4, activation="tanh")
    models = []
    for rate in (0.1, 0.05):
        model = pl.Sequential([pl.Input((4,)), shared, Dense(3)])
        model.compile(pl.optimizers.SGD(rate, momentum=0.9), "mse", run_eagerly=eagerly)
        models.append(model)
    return shared, *models


def test_two_models_that_share_a_layer_trained_in_turn() -> None:
    """Each sees what the other did to it: as eager training, which has no memory layout to get wrong, says."""
    trained = []
    for eagerly in (False, True):
        _, one, other = sharing(eagerly)
        for k in range(3):
            one.fit(X, X[:, :3], batch_size=16, verbose=0)
            assert_same_bits(one.get_weights()[:2], other.get_weights()[:2])
            other.fit(X, X[:, 1:] * k, batch_size=20, epochs=2, verbose=0)
            assert_same_bits(one.get_weights()[:2], other.get_weights()[:2])
        trained.append(one.get_weights() + other.get_weights())
    assert_close(*trained)


def test_a_shared_layer_is_the_others_when_that_one_has_planned_before() -> None:
    shared, one, other = sharing()
    one.predict(X)
    other.fit(X, X[:, :3], verbose=0)
    h = np.tanh(X @ shared.kernel.numpy() + shared.bias.numpy())
    head = one.layers[1]
    np.testing.assert_allclose(one.predict(X), h @ head.kernel.numpy() + head.bias.numpy(), rtol=1e-4, atol=1e-5)


def test_two_models_trained_in_two_threads_give_the_bits_of_each_alone() -> None:
    def wide(width: int) -> pl.Model:
        pl.utils.set_random_seed(5)
        hidden = [Dense(width, activation="relu"), pl.layers.Dropout(0.2), Dense(width, activation="relu")]
        model = pl.Sequential([pl.Input((4,)), *hidden, Dense(3)])
        model.compile("adam", pl.losses.SparseCategoricalCrossentropy(from_logits=True))
        return model

    x, y = clusters(2000)  # wide and long enough for several ranks and many slices
    widths = (256, 200)
    fit = {"epochs": 3, "batch_size": 128, "verbose": 0}
    alone = []
    for width in widths:
        model = wide(width)
        model.fit(x, y, **fit)
        alone.append(model.get_weights())
    together = [wide(width) for width in widths]
    in_threads(*(lambda m=m: m.fit(x, y, **fit) for m in together))
    for expected, model in zip(alone, together, strict=True):
        assert_same_bits(expected, model.get_weights())


def test_one_model_predicts_in_several_threads() -> None:
    model = classifier()
    rng = np.random.default_rng(0)
    data = [rng.normal(size=(200 + i, 4)).astype(np.float32) for i in range(4)]
    expected = [model.predict(x, batch_size=7) for x in data]

    def check(i: int) -> None:
        for _ in range(10):
            np.testing.assert_array_equal(model.predict(data[i], batch_size=7), expected[i])

    in_threads(*(lambda i=i: check(i) for i in range(4)))


def test_one_model_evaluates_in_several_threads() -> None:
    model = classifier()
    labels = [np.full(300, k % 3) for k in range(4)]
    x = clusters(300)[0]
    expected = [model.evaluate(x, y, batch_size=16, verbose=0) for y in labels]

    def check(i: int) -> None:
        for _ in range(10):
            assert model.evaluate(x, labels[i], batch_size=16, verbose=0) == expected[i]

    in_threads(*(lambda i=i: check(i) for i in range(4)))


def test_first_use_of_a_model_by_several_threads_builds_it_once() -> None:
    for _ in range(5):
        model = pl.Sequential([Dense(8), Dense(3)])
        outputs: list[np.ndarray] = []
        in_threads(*[lambda m=model, o=outputs: o.append(m.predict(X))] * 4)
        assert len(model.get_weights()) == 4
        for y in outputs[1:]:
            np.testing.assert_array_equal(y, outputs[0])


def test_predicting_while_another_thread_trains() -> None:
    """Training's bits stay those of training alone."""
    alone, watched = classifier(dropout=0.2), classifier(dropout=0.2)
    alone.fit(X, Y, batch_size=8, epochs=30, verbose=0)

    def watch() -> None:
        for _ in range(30):
            assert np.isfinite(watched.predict(X, batch_size=16)).all()

    in_threads(lambda: watched.fit(X, Y, batch_size=8, epochs=30, verbose=0), watch)
    assert_same_bits(alone.get_weights(), watched.get_weights())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.parametrize("used_before", [False, True])
def test_a_forked_child_trains_as_its_parent_would(used_before: bool) -> None:
    """In a process of its own: a fork of the test runner would fork its threads' locks with it."""
    program = textwrap.dedent(
        f"""
        import os, sys, warnings
        warnings.simplefilter("ignore", DeprecationWarning)  # Python warns of forks beside threads, which is the point here
        import numpy as np
        import pellucid as pl

        pl.utils.set_random_seed(1)
        x = np.random.default_rng(0).normal(size=(512, 64)).astype("float32")
        y = x @ np.ones((64, 8), "float32")
        model = pl.Sequential([pl.Input((64,)), pl.layers.Dense(256, activation="relu"), pl.layers.Dense(8)])
        model.compile("adam", "mse")
        if {used_before}:
            model.fit(x, y, batch_size=128, verbose=0)
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            model.fit(x, y, batch_size=128, verbose=0)
            os.write(write, np.float64(sum(np.abs(w).sum(dtype="f8") for w in model.get_weights())).tobytes())
            os._exit(0)
        model.fit(x, y, batch_size=128, verbose=0)
        mine = sum(np.abs(w).sum(dtype="f8") for w in model.get_weights())
        theirs = np.frombuffer(os.read(read, 8))[0]
        assert os.waitpid(child, 0)[1] == 0
        assert mine == theirs, (mine, theirs)
        model.fit(x, y, batch_size=128, verbose=0)
        print("right")
        """
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert result.stdout == "right\n", result.stderr
