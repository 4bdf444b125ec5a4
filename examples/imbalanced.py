"""One sample in fifty is of the class that matters: trained with and without weights by class.

Without weights the network finds 16.5 % of the rare ones (recall), and 40.5 % of its alarms are right (precision). With weights
it finds 76.9 %, and 13.1 % of its alarms are right. Accuracy hides all of this: to say "never" is right in 98 % of cases.
"""

import numpy as np
from sklearn.datasets import make_classification
from sklearn.utils.class_weight import compute_class_weight

import pellucid as pl


def train(x: np.ndarray, y: np.ndarray, class_weight: dict[int, float] | None) -> pl.Model:
    pl.utils.set_random_seed(0)
    model = pl.Sequential([pl.Input((20,)), pl.layers.Dense(32, activation="relu"), pl.layers.Dense(1, activation="sigmoid")])
    metrics = ["accuracy", pl.metrics.Precision(name="precision"), pl.metrics.Recall(name="recall"), pl.metrics.AUC(name="auc")]
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=metrics)
    model.fit(x, y, batch_size=64, epochs=20, class_weight=class_weight, verbose=0)
    return model


def main() -> dict[str, dict[str, float]]:
    """Returns the scores on the test set, without and with weights."""
    x, y = make_classification(10000, n_informative=5, weights=[0.98], flip_y=0, class_sep=1.3, random_state=0)
    weights = compute_class_weight("balanced", classes=np.array([0, 1]), y=y[:5000])
    scores = {}
    for name, class_weight in (("without weights", None), ("with weights", dict(enumerate(weights)))):
        model = train(x[:5000], y[:5000], class_weight)
        scores[name] = model.evaluate(x[5000:], y[5000:], verbose=0, return_dict=True)
        shown = "  ".join(f"{metric} {value:.1%}" for metric, value in scores[name].items() if metric != "loss")
        print(f"{name:15}  {shown}")
    return scores


if __name__ == "__main__":
    main()
