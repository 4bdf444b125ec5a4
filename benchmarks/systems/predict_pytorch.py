"""PyTorch in inference mode: eager, or a traced and frozen graph, whichever is faster here."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from benchmarks.protocol import serve
from benchmarks.systems.inference import Array, Inference


class PredictPyTorch(Inference):
    packages = ("torch",)

    def settings(self) -> list[str]:
        return [f"{threads}, {kind}" for threads in super().settings() for kind in ("eager", "traced and frozen")]

    def choose(self, setting: str) -> None:
        self.traced = setting.endswith("frozen")
        self.prepare(int(setting.split()[0]))

    def prepare(self, threads: int) -> None:
        torch.set_num_threads(threads)
        layers: list[nn.Module] = []
        for weight, bias in self.problem.weights:
            linear = nn.Linear(*weight.shape)
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(weight.T.copy()))
                linear.bias.copy_(torch.from_numpy(bias))
            layers += [linear, nn.ReLU()]
        model = nn.Sequential(*layers[:-1]).eval()
        example = torch.from_numpy(self.problem.x_batches[0])
        self.model: Any = torch.jit.freeze(torch.jit.trace(model, example)) if self.traced else model

    def answer(self, x: Array) -> Any:
        with torch.inference_mode():
            return self.model(torch.from_numpy(x)).numpy()


if __name__ == "__main__":
    serve(PredictPyTorch)
