"""AND, NAND, OR and XOR: a perceptron learns three of them, two layers learn all four.

A perceptron is one line in the plane of the two inputs, and no line has 01 and 10 on one side of it, 00 and 11 on the other
(Minsky and Papert 1969). Its best on XOR is to say a half to everything.
"""

import numpy as np

import pellucid as pl

INPUTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")
GATES = {"AND": [0, 0, 0, 1], "NAND": [1, 1, 1, 0], "OR": [0, 1, 1, 1], "XOR": [0, 1, 1, 0]}


def learned(target: list[int], hidden: list[pl.layers.Layer]) -> np.ndarray:
    """The probabilities of 1 after training."""
    model = pl.Sequential([pl.Input((2,)), *hidden, pl.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer=pl.optimizers.Adam(0.05), loss="binary_crossentropy")
    model.fit(INPUTS, np.array(target, "float32"), batch_size=4, epochs=400, verbose=0)
    return model.predict(INPUTS)[:, 0]


def main() -> dict[tuple[str, str], np.ndarray]:
    """Returns the probabilities by network and gate."""
    pl.utils.set_random_seed(0)
    found = {}
    print("               00    01    10    11")
    for gate, target in GATES.items():
        for network, hidden in (("perceptron", []), ("two layers", [pl.layers.Dense(4, activation="tanh")])):
            probabilities = found[network, gate] = learned(target, hidden)
            right = abs(probabilities - target).max() < 0.2
            verdict = "learned" if right else "not learned"
            print(f"{network} {gate:4}", "  ".join(f"{p:.2f}" for p in probabilities), verdict)
    return found


if __name__ == "__main__":
    main()
