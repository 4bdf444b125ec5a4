"""What a checkpoint keeps of callbacks: plain data, given back to the same ones."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

from pellucid import callbacks
from pellucid.callbacks import Callback, CallbackList, CSVLogger, EarlyStopping, History, LambdaCallback, ReduceLROnPlateau
from pellucid.errors import ArgumentError
from tests.support.training import slope

ARGUMENTS: dict[str, dict[str, Any]] = {
    "CSVLogger": {"filename": "log.csv"},
    "Checkpoint": {"folder": "checkpoints"},
    "LearningRateScheduler": {"schedule": lambda epoch, rate: rate},
    "ModelCheckpoint": {"filepath": "model.safetensors"},
    "ProgressBar": {"verbose": 2},
}
CLASSES = [c for _, c in inspect.getmembers(callbacks, inspect.isclass) if issubclass(c, Callback)]


def is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_plain(inner) for key, inner in value.items())
    if isinstance(value, list):
        return all(map(is_plain, value))
    return value is None or isinstance(value, bool | int | float | str | np.ndarray)


@pytest.fixture(autouse=True)
def folder(tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("cls", CLASSES)
def test_every_state_is_plain_and_is_given_back(cls: type[Callback]) -> None:
    def train(callback: Callback) -> None:
        ones = np.ones((4, 1))
        slope(0.1).fit(ones, ones, validation_data=(ones, ones), epochs=2, verbose=0, callbacks=[callback])

    one, other = (cls(**ARGUMENTS.get(cls.__name__, {})) for _ in range(2))
    if isinstance(one, EarlyStopping):
        one.restore_best_weights = True
    train(one)
    state = one.state()
    assert is_plain(state), state
    other.set_model(one.model)
    other.on_train_begin()
    other.load_state(state)
    np.testing.assert_equal(other.state(), state)


def test_a_list_gives_each_its_own() -> None:
    def made() -> CallbackList:
        watch = [ReduceLROnPlateau("loss"), EarlyStopping("loss"), EarlyStopping("val_loss")]
        return CallbackList(watch, None, {}, [History()])

    one, other = made(), made()
    one.callbacks[1].wait = 7
    one.callbacks[3].history["loss"] = [1.0]
    other.load_state(one.state())
    assert [c.wait for c in other.callbacks[:3]] == [0, 7, 0]
    assert other.callbacks[3].history == {"loss": [1.0]}


def test_those_without_a_state_may_come_and_go() -> None:
    states = CallbackList([LambdaCallback(), EarlyStopping()], None, {}).state()
    CallbackList([EarlyStopping(), LambdaCallback(), LambdaCallback()], None, {}).load_state(states)


def test_others_than_before_are_refused() -> None:
    states = CallbackList([EarlyStopping(), CSVLogger("a")], None, {}).state()
    with pytest.raises(ArgumentError, match=r"begun with: EarlyStopping, CSVLogger\. Received EarlyStopping\."):
        CallbackList([EarlyStopping()], None, {}).load_state(states)
    with pytest.raises(ArgumentError, match="LambdaCallback: it keeps no state"):
        LambdaCallback().load_state({"wait": 3})
