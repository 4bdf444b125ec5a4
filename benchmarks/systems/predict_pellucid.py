"""Pellucid: a predictor of the batch's form."""

from __future__ import annotations

from typing import Any

from benchmarks.protocol import serve
from benchmarks.systems.inference import Array, Inference
from benchmarks.systems.pellucid import build
from pellucid.engine.team import set_num_threads


class PredictPellucid(Inference):
    packages = ("pellucid", "numba", "scipy", "numpy")

    def prepare(self, threads: int) -> None:
        set_num_threads(threads)
        model = build(self.problem)
        model.set_weights([array for pair in self.problem.weights for array in pair])
        self.predictor = model.predictor(self.problem.x_batches[0])

    def answer(self, x: Array) -> Any:
        return self.predictor(x)


if __name__ == "__main__":
    serve(PredictPellucid)
