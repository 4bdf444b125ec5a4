"""Ctrl-C: surfaces at once, and leaves a model that can be used."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap

import pytest

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
