"""Ctrl-C: surfaces at once, and leaves a model that can be used."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from typing import Any

import numpy as np
import pytest

import pellucid as pl

PROGRAM = """
import os, signal, threading, time
import numpy as np
import pellucid as pl
from pellucid.callbacks import EarlyStopping, LambdaCallback

rng = np.random.default_rng(0)
x, y = rng.random((2000, 32)).astype("float32"), rng.integers(0, 5, 2000)
pl.utils.set_random_seed(0)
model = pl.Sequential([pl.Input((32,)), pl.layers.Dense(64, activation="relu"), pl.layers.Dense(5)])
loss = pl.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile("adam", loss, metrics=["accuracy"], run_eagerly=EAGERLY)
model.fit(x, y, epochs=1, verbose=0)

ended, sent = [], []
def interrupt():
    time.sleep(0.3)
    sent.append(time.monotonic())
    os.kill(os.getpid(), signal.SIGINT)

watch = LambdaCallback(on_train_end=lambda logs: ended.append(True))
for attempt in range(3):
    before = model.optimizer.iterations
    threading.Thread(target=interrupt).start()
    try:
        model.fit(x, y, epochs=10**9, verbose=VERBOSE, callbacks=[watch])
    except KeyboardInterrupt:
        assert time.monotonic() - sent[-1] < 2
    else:
        raise AssertionError("not interrupted")
    assert len(ended) == attempt + 1
    steps = model.optimizer.iterations
    assert steps > before
    # An eager step is Python, which may be interrupted between any two of its lines; the next step sets the clock right.
    assert EAGERLY or int(model._trainer.clock[0]) == steps
    assert all(np.isfinite(v) for v in model.evaluate(x, y, verbose=0))
    assert model.predict(x).shape == (2000, 5)
    model.fit(x, y, batch_size=100, epochs=1, verbose=0)
    assert model.optimizer.iterations == steps + 20
    assert int(model._trainer.clock[0]) == steps + 20
print("usable")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="timers that send signals are of POSIX")
@pytest.mark.parametrize("accumulated", [None, 3])
def test_signals_that_are_handled_change_no_bit(accumulated: int | None) -> None:
    """Each ends a slice of steps before its time; the steps, and what is counted of them, stay the same."""
    rng = np.random.default_rng(0)
    x, y = rng.random((5000, 16)).astype("float32"), rng.integers(0, 3, 5000)
    counted = []

    def train() -> tuple[list[Any], Any, Any]:
        pl.utils.set_random_seed(0)
        model = pl.Sequential([pl.Input((16,)), pl.layers.Dense(32, "relu"), pl.layers.Dropout(0.5), pl.layers.Dense(3)])
        loss = pl.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(pl.optimizers.Adam(gradient_accumulation_steps=accumulated), loss, metrics=["accuracy"])
        history = model.fit(x, y, batch_size=8, epochs=12, validation_split=0.2, verbose=0).history
        return model.get_weights(), history, model.optimizer.iterations

    before = signal.signal(signal.SIGALRM, lambda *_: counted.append(True))
    try:
        undisturbed = train()
        signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
        disturbed = train()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert len(counted) > 20
    assert disturbed[1:] == undisturbed[1:]
    for a, b in zip(disturbed[0], undisturbed[0], strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.skipif(sys.platform == "win32", reason="os.kill with SIGINT is of POSIX")
@pytest.mark.parametrize(("eagerly", "verbose"), [(False, 0), (False, 1), (True, 0)], ids=["planned", "bar", "eager"])
def test_ctrl_c(eagerly: bool, verbose: int) -> None:
    program = textwrap.dedent(PROGRAM).replace("EAGERLY", str(eagerly)).replace("VERBOSE", str(verbose))
    result = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # a shell's background jobs ignore it
    )
    assert result.stdout.splitlines()[-1:] == ["usable"], result.stderr
