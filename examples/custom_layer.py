"""A layer of your own: parameters in ``build``, operations in ``call``. Its derivative follows from theirs.

The example is a gated unit (Dauphin et al. 2017): y = (x V + c) * sigmoid(x W + b), one half of which decides how much of the
other passes. It learns the greater of two numbers to a mean squared error of 0.0003; a straight line leaves 0.056.
"""

import numpy as np

import pellucid as pl


class GatedLinearUnit(pl.layers.Layer):
    """(x V + c) * sigmoid(x W + b); input (batch, features), output (batch, units)."""

    def __init__(self, units: int, **layer) -> None:
        super().__init__(**layer)
        self.units = units

    def build(self, input_shape) -> None:
        features = input_shape[-1]
        self.value_kernel = self.add_weight(shape=(features, self.units), name="value_kernel")
        self.value_bias = self.add_weight(shape=(self.units,), initializer="zeros", name="value_bias")
        self.gate_kernel = self.add_weight(shape=(features, self.units), name="gate_kernel")
        self.gate_bias = self.add_weight(shape=(self.units,), initializer="zeros", name="gate_bias")

    def call(self, inputs):
        value = inputs @ self.value_kernel + self.value_bias
        gate = pl.ops.sigmoid(inputs @ self.gate_kernel + self.gate_bias)
        return value * gate


def main(epochs: int = 60) -> float:
    """Fit y = max(a, b) of two numbers; returns the last mean squared error."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (1000, 2)).astype("float32")
    y = x.max(axis=1, keepdims=True)

    pl.utils.set_random_seed(0)
    model = pl.Sequential([pl.Input((2,)), GatedLinearUnit(16), pl.layers.Dense(1)])
    model.compile(optimizer=pl.optimizers.Adam(0.01), loss="mse")
    history = model.fit(x, y, batch_size=50, epochs=epochs, verbose=0)
    losses = history.history["loss"]
    print(f"mean squared error: {losses[0]:.4f} in the first epoch, {losses[-1]:.6f} in the last")
    return losses[-1]


if __name__ == "__main__":
    main()
