"""Many to many, in step: which of three frequencies has a noisy signal now? A bidirectional GRU: 89.8 % of the steps.

No step tells by itself: a dense net that sees one value at a time is right on 32.2 %, no more than a guess. A GRU that has
heard what was before is right on 79.0 %; one that also hears what follows, both ways, on 89.8 %: right after a change there
is not yet much to go by.
"""

import pellucid as pl
from pellucid.datasets.sequence_tasks import tones


def main(epochs: int = 8) -> list[float]:
    """Returns the three accuracies on signals that training never saw."""
    x, y = tones(1000)
    results = []
    for name, layer in {
        "dense": lambda: pl.layers.Dense(64, activation="relu"),
        "GRU": lambda: pl.layers.GRU(32, return_sequences=True),
        "GRU, both ways": lambda: pl.layers.Bidirectional(pl.layers.GRU(32, return_sequences=True)),
    }.items():
        pl.utils.set_random_seed(0)
        model = pl.Sequential([pl.Input((60, 1)), layer(), pl.layers.Dense(3, activation="softmax")])
        model.compile(pl.optimizers.Adam(0.005), "sparse_categorical_crossentropy", metrics=["accuracy"])
        model.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
        results.append(model.evaluate(*tones(300, seed=1), verbose=0)[1])
        print(f"{name:15} {results[-1]:.1%} of the steps right")
    return results


if __name__ == "__main__":
    main()
