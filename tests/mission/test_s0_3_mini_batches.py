"""S0.3: epochs, batches, iterations: counted."""

import numpy as np
import pytest

import pellucid as pl
from pellucid.callbacks import LambdaCallback


def counting_model():
    """y = w x; the gradient of the squared error tells which samples a step saw."""
    model = pl.Sequential([pl.layers.Dense(1, use_bias=False, kernel_initializer="zeros", input_dim=1)])
    model.compile(optimizer=pl.optimizers.SGD(0.0), loss="mse")
    return model


def test_s0_3_20000_samples_in_batches_of_1000_for_5_epochs_are_100_iterations():
    model = counting_model()
    steps = []
    counter = LambdaCallback(on_train_batch_end=lambda batch, logs: steps.append(batch))
    x = np.zeros((20000, 1), np.float32)
    model.fit(x, x, batch_size=1000, epochs=5, verbose=0, callbacks=[counter])
    assert len(steps) == 100
    assert model.optimizer.iterations == 100


def test_s0_3_1000_samples_by_256_end_with_a_batch_of_232_that_is_trained_on():
    model = counting_model()
    x = np.arange(1000, dtype=np.float32)[:, None]
    sums = []
    counter = LambdaCallback(on_train_batch_end=lambda batch, logs: sums.append(logs["loss"]))
    # With w = 0 and y = 1 for the last 232 samples only, the loss of the epoch counts them each once.
    y = (x >= 768).astype(np.float32)
    history = model.fit(x / 1000, y, batch_size=256, shuffle=False, verbose=0, callbacks=[counter])
    assert len(sums) == 4
    assert sums[:3] == [0, 0, 0]
    assert history.history["loss"][0] == pytest.approx(232 / 1000)


def test_s0_3_the_short_batch_changes_the_weights():
    model = pl.Sequential([pl.layers.Dense(1, use_bias=False, kernel_initializer="zeros", input_dim=1)])
    model.compile(optimizer=pl.optimizers.SGD(1.0), loss="mse")
    x = np.zeros((1000, 1), np.float32)
    x[768:] = 1
    model.fit(x, x, batch_size=256, shuffle=False, verbose=0)
    # One step of the last 232 samples: d/dw mean (w x - y)^2 = -2 at w = 0, whatever their number.
    # 232 terms in float32 may round by 232 * 6e-8.
    assert model.get_weights()[0].item() == pytest.approx(2.0, rel=2e-5)


@pytest.mark.parametrize("batch_size", [1, 7, 64])
def test_s0_3_each_epoch_takes_every_sample_once(batch_size):
    """Sum of squares of what was seen, per epoch, in an order that differs between epochs."""
    pl.utils.set_random_seed(3)
    model = counting_model()
    x = np.sqrt(2.0 ** np.arange(20, dtype=np.float32))[:, None]  # sums of distinct powers of two tell the set apart
    zero = np.zeros_like(x)
    model.set_weights([[[1.0]]])
    prefix = []
    watch = LambdaCallback(on_train_batch_end=lambda batch, logs: prefix.append(logs["loss"]))
    history = model.fit(x, zero, batch_size=batch_size, epochs=3, verbose=0, callbacks=[watch])
    assert np.allclose(np.array(history.history["loss"]) * 20, 2.0**20 - 1, rtol=1e-6)
    per_epoch = np.array(prefix).reshape(3, -1)
    if batch_size == 1:
        assert not np.allclose(per_epoch[0], per_epoch[1])
