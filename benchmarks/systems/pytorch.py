"""PyTorch, eager: batches cut beforehand, gradients set to None, the fastest of its optimizer implementations."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from benchmarks.protocol import System, serve
from benchmarks.workloads import Problem


class PyTorch(System):
    packages = ("torch",)

    def __init__(self, problem: Problem, threads: int) -> None:
        super().__init__(problem, threads)
        self.x = list(torch.from_numpy(problem.x_batches).unbind(0))
        self.y = list(torch.from_numpy(problem.y_batches).unbind(0))
        layers: list[nn.Module] = []
        for weight, _ in problem.weights:
            layers += [nn.Linear(*weight.shape), nn.ReLU()]
        self.model = nn.Sequential(*layers[:-1])
        self.loss = nn.CrossEntropyLoss()
        self.forward: Any = lambda x, y: self.loss(self.model(x), y)

    def settings(self) -> list[str]:
        return [f"{kind}, {threads} threads" for kind in ("fused", "foreach") for threads in sorted({1, self.threads})]

    def choose(self, setting: str) -> None:
        kind, threads = setting.split(", ")
        self.kind = kind
        torch.set_num_threads(int(threads.split()[0]))

    def reset(self) -> None:
        linear = [layer for layer in self.model if isinstance(layer, nn.Linear)]
        with torch.no_grad():
            for layer, (weight, bias) in zip(linear, self.problem.weights, strict=True):
                layer.weight.copy_(torch.from_numpy(weight.T.copy()))
                layer.bias.copy_(torch.from_numpy(bias))
        w = self.workload
        options = {self.kind: True}
        self.optimizer: torch.optim.Optimizer
        if w.optimizer == "adam":
            self.optimizer = torch.optim.Adam(
                self.model.parameters(), lr=w.rate, betas=(w.beta_1, w.beta_2), eps=w.epsilon, **options
            )
        else:
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=w.rate, **options)

    def step(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        self.optimizer.zero_grad(set_to_none=True)
        loss: torch.Tensor = self.forward(x, y)
        loss.backward()
        self.optimizer.step()
        return loss

    def epoch(self) -> None:
        for x, y in zip(self.x, self.y, strict=True):
            self.step(x, y)

    def first_losses(self, steps: int) -> list[float]:
        return [self.step(x, y).item() for x, y in zip(self.x[:steps], self.y[:steps], strict=True)]


if __name__ == "__main__":
    serve(PyTorch)
