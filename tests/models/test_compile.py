"""Compiling: whose optimizer it is, and in which precision targets are taken."""

from __future__ import annotations

import copy
import os
import subprocess
import sys

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ArgumentError
from pellucid.layers import Dense
from tests.support.training import classifier, clusters

X, Y = clusters()


def test_an_optimizer_serves_one_model() -> None:
    """It counts steps, and Adam's correction of its moments hangs on the count."""
    optimizer = pl.optimizers.Adam()
    first = classifier(optimizer)
    with pytest.raises(ArgumentError, match=r"belongs to another model.*Adam\.from_config"):
        classifier(optimizer)
    first.compile(optimizer, "mse")
    classifier(pl.optimizers.Adam.from_config(optimizer.get_config()))
    first.fit(X, Y.astype(float)[:, None] * np.ones(3), verbose=0)
    twin = copy.deepcopy(first)
    twin.compile(twin.optimizer, "mse")


def test_an_optimizer_that_has_made_no_step_may_outlive_its_model() -> None:
    optimizer = pl.optimizers.Adam()
    first = classifier(optimizer)
    del first
    second = classifier(optimizer)
    second.fit(X, Y, verbose=0)
    del second
    with pytest.raises(ArgumentError, match="belongs to another model"):
        classifier(optimizer)


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_targets_keep_the_precision_of_the_model(run_eagerly: bool) -> None:
    """(0 - y)^2 for a y that float32 cannot hold."""
    y = 1 + 2.0**-40
    model = pl.Sequential([Dense(1, use_bias=False, kernel_initializer="zeros", dtype="float64")], dtype="float64")
    model.compile("sgd", "mse", metrics=["mse"], run_eagerly=run_eagerly)
    assert model.evaluate([[1.0]], [[y]], verbose=0) == [y * y, y * y]
    alone = pl.Sequential([Dense(1, use_bias=False, kernel_initializer="zeros", dtype="float64")], dtype="float64")
    alone.compile("sgd", None, metrics=["mse"], run_eagerly=run_eagerly)
    assert alone.evaluate([[1.0]], [[y]], verbose=0) == y * y


def test_accuracy_of_one_number_a_sample() -> None:
    x = pl.Input((1,))
    model = pl.Model(x, pl.ops.reshape(x, (-1,)))
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    x = [[0.9], [0.2], [0.6], [0.1]]
    assert model.evaluate(x, [1, 0, 0, 0], verbose=0, return_dict=True)["accuracy"] == pytest.approx(0.75)


CHILD = """
import os, signal, threading
import pellucid as pl
from pellucid.models import compiling as models
from pellucid.random import seed

held, free = threading.Event(), threading.Event()

def hold():
    with models._preparing, seed._lock:
        held.set()
        free.wait()

thread = threading.Thread(target=hold)
thread.start()
held.wait()
child = os.fork()
if child == 0:
    signal.alarm(60)
    model = pl.Sequential([pl.layers.Dense(2, input_dim=3)])
    os._exit(0 if model(pl.tensor([[1.0, 2.0, 3.0]])).shape == (1, 2) and models._preparing.acquire(timeout=5) else 1)
free.set()
thread.join()
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_child_forked_while_locks_are_held_can_use_models() -> None:
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", CHILD], timeout=120, check=False).returncode == 0
