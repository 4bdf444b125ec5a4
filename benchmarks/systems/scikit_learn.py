"""scikit-learn's MLPClassifier: ``partial_fit`` over the whole data is one epoch of minibatches."""

from __future__ import annotations

import numpy as np
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from benchmarks.protocol import System, serve
from benchmarks.workloads import Problem


class ScikitLearn(System):
    packages = ("scikit-learn", "numpy")

    def __init__(self, problem: Problem, threads: int) -> None:
        super().__init__(problem, threads)
        w = self.workload
        if w.optimizer not in ("sgd", "momentum", "adam"):
            raise ValueError(f"MLPClassifier has no {w.optimizer}")
        if w.sizes[-1] == 2:
            raise ValueError("MLPClassifier has one output for two classes, another net")
        self.model = MLPClassifier(
            w.sizes[1:-1],
            activation="relu",
            solver="adam" if w.optimizer == "adam" else "sgd",
            alpha=0.0,
            batch_size=w.batch,
            learning_rate_init=w.rate,
            shuffle=False,
            momentum=w.beta_1 if w.optimizer == "momentum" else 0.0,
            nesterovs_momentum=False,
            beta_1=w.beta_1,
            beta_2=w.beta_2,
            epsilon=w.epsilon,
        )
        # Once on one batch, so that it allocates; the weights are replaced by ``reset``.
        self.model.partial_fit(problem.x[: w.batch], problem.y[: w.batch], classes=np.arange(w.sizes[-1]))

    def settings(self) -> list[str]:
        return [f"{threads} threads" for threads in sorted({1, self.threads})]

    def choose(self, setting: str) -> None:
        threadpool_limits(int(setting.split()[0]))

    def reset(self) -> None:
        self.model.coefs_ = [w.copy() for w, _ in self.problem.weights]
        self.model.intercepts_ = [b.copy() for _, b in self.problem.weights]
        vars(self.model).pop("_optimizer", None)

    def epoch(self) -> None:
        self.model.partial_fit(self.problem.x, self.problem.y)

    def first_losses(self, steps: int) -> list[float]:
        losses = []
        for x, y in zip(self.problem.x_batches[:steps], self.problem.y_batches[:steps], strict=True):
            self.model.partial_fit(x, y)
            losses.append(float(self.model.loss_))
        return losses


if __name__ == "__main__":
    serve(ScikitLearn)
