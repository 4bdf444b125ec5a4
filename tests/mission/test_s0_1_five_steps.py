"""S0.1: forward, output, loss, gradient and update, repeat until a stop criterion: one loop shows these five by name."""

import inspect

import numpy as np

import pellucid as pl
from pellucid.callbacks import LambdaCallback
from pellucid.engine.entry import Stage
from pellucid.training import loop, step, trainer


def small_model():
    pl.utils.set_random_seed(0)
    model = pl.Sequential([pl.layers.Dense(4, activation="relu", input_dim=3), pl.layers.Dense(2, activation="softmax")])
    model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def data(count=8):
    generator = np.random.default_rng(0)
    return generator.random((count, 3), dtype=np.float32), generator.integers(0, 2, count)


def test_s0_1_a_training_program_has_the_steps_in_order():
    model = small_model()
    x, y = data()
    model.fit(x, y, batch_size=8, verbose=0)
    (kept,) = model._trainer._plans.values()
    plan = kept.plan
    stages = [entry.stage for entry in plan.schedule.entries if entry.stage is not Stage.RECORD]
    assert [s.value[0] for s in dict.fromkeys(stages)] == ["1", "2", "3", "4"]
    for stage in (Stage.FORWARD, Stage.OUTPUT, Stage.LOSS, Stage.UPDATE):
        assert stage.value in str(plan)


def test_s0_1_the_step_does_what_the_names_say():
    """Each of the five, seen from outside: outputs appear, a loss, new weights, and the loop ends by its criterion."""
    model = small_model()
    x, y = data()
    before = model.get_weights()
    outputs = model.predict(x)  # 1 and 2
    loss = model.evaluate(x, y, verbose=0)[0]  # 3
    assert np.isclose(loss, -np.log(outputs[np.arange(8), y]).mean(), rtol=1e-5)
    model.train_on_batch(x, y)  # 4
    assert all((a != b).any() for a, b in zip(before[::2], model.get_weights()[::2], strict=True))
    epochs = []

    def stop(epoch, logs):
        epochs.append(epoch)
        model.stop_training = epoch == 2

    model.fit(x, y, epochs=10, verbose=0, callbacks=[LambdaCallback(on_epoch_end=stop)])  # 5
    assert epochs == [0, 1, 2]


def test_s0_1_the_source_names_the_steps():
    """The loop, the step and the trainer say in their text which step stands where."""
    text = inspect.getsource(loop) + inspect.getsource(step) + inspect.getsource(trainer)
    for name in ("forward", "output", "loss", "gradient and update", "stop criterion"):
        assert name in text
