"""Recurrent layers on top of each other, and why they are hard to train: digits read row by row by 1, 4, 8 and 16 layers.

The gradient has to come back through the layers and through time. Eight layers of sigmoids stop it: at the first layer a
millionth is left, and 14.5 % of the test images are right. With tanh and orthogonal matrices, which keep more of it, one
layer reaches 92.2 %, four 94.7 % and eight 95.8 %; at sixteen it is 92.2 % again. What helps deep nets elsewhere helps here,
a way past each layer (residual): with sigmoids 61.3 %, with tanh 96.4 %.
"""

import numpy as np

import pellucid as pl


def stack(depth: int, activation: str = "tanh", residual: bool = False, units: int = 32) -> pl.Model:
    """Layers over all steps of the one before; the last state of the last goes to the output."""
    x = pl.Input((8, 8))
    y = pl.layers.Dense(units)(pl.layers.Rescaling(1 / 16)(x))
    for number in range(depth):
        over = pl.layers.SimpleRNN(units, activation=activation, return_sequences=True, name=f"recurrent_{number + 1}")(y)
        y = pl.layers.Add()([y, over]) if residual else over
    return pl.Model(x, pl.layers.Dense(10, activation="softmax")(pl.layers.Flatten()(pl.layers.Cropping1D((7, 0))(y))))


def gradient(model: pl.Model, x: np.ndarray, y: np.ndarray) -> float:
    """How far the loss moves the first recurrent layer's kernel: the norm of its gradient, before any training."""
    loss = pl.losses.SparseCategoricalCrossentropy()(y, model(x))
    loss.backward()
    return float(np.linalg.norm(model.get_layer("recurrent_1").trainable_weights[0].grad))


def main(epochs: int = 10) -> list[float]:
    """Returns the accuracies on the test set, in the order in which they are printed."""
    (x, y), (x_test, y_test) = pl.datasets.digits.load_data()
    results = []
    for name, settings in {
        "8 layers, sigmoid": (8, "sigmoid"),
        "1 layer, tanh": (1,),
        "4 layers, tanh": (4,),
        "8 layers, tanh": (8,),
        "16 layers, tanh": (16,),
        "8 layers, sigmoid, residual": (8, "sigmoid", True),
        "8 layers, tanh, residual": (8, "tanh", True),
    }.items():
        pl.utils.set_random_seed(0)
        model = stack(*settings)
        first = gradient(model, x[:64], y[:64])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        model.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
        results.append(model.evaluate(x_test, y_test, verbose=0)[1])
        print(f"{name:28} gradient at the first layer {first:.0e}   {results[-1]:.1%} right")
    return results


if __name__ == "__main__":
    main()
