"""PyTorch, eager: batches cut beforehand, gradients set to None, the fastest of its optimizer implementations."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from benchmarks import nets
from benchmarks.protocol import System, serve
from benchmarks.systems import pytorch_nets
from benchmarks.workloads import ACCUMULATED, Problem


class PyTorch(System):
    packages = ("torch",)

    def __init__(self, problem: Problem, threads: int) -> None:
        super().__init__(problem, threads)
        self.x: list[Any] = list(torch.from_numpy(problem.x_batches).unbind(0))
        self.y = list(torch.from_numpy(problem.y_batches).unbind(0))
        self.parameters: dict[str, torch.Tensor] = {}
        if self.workload.net != "relu":
            self._take_net()
            return
        layers: list[nn.Module] = []
        for weight, _ in problem.weights:
            layers += [nn.Linear(*weight.shape), nn.ReLU()]
        self.model = nn.Sequential(*layers[:-1])
        self.loss = nn.CrossEntropyLoss()
        self.forward: Any = lambda x, y: self.loss(self.model(x), y)

    def _take_net(self) -> None:
        if self.problem.columns:
            columns = [list(torch.from_numpy(c).unbind(0)) for c in self.problem.column_batches]
            self.x = list(zip(self.x, *columns, strict=True))
        self.parameters = {
            n: pytorch_nets.from_values(self.workload.net, n, v).requires_grad_()
            for n, v in nets.trained(self.problem.parameters).items()
        }
        self.moving = {n: torch.from_numpy(v.copy()) for n, v in nets.moving(self.problem.parameters).items()}
        self.dropped = nets.DROPPED
        self.forward = lambda x, y: pytorch_nets.loss(self.workload.net, self.parameters, self.moving, x, y, self.dropped)

    def settings(self) -> list[str]:
        kinds = ["fused", "foreach"]
        if self.workload.net in nets.IMAGES or self.workload.net == "resnet18":
            kinds = ["fused contiguous", "fused channels-last"]
        return [f"{kind}, {threads} threads" for kind in kinds for threads in sorted({1, self.threads})]

    def choose(self, setting: str) -> None:
        kind, threads = setting.split(", ")
        self.kind, _, layout = kind.partition(" ")
        for name, kernel in self.parameters.items():
            if kernel.ndim == 4:  # what a convolution gives out follows its kernel's layout
                form = torch.channels_last if layout == "channels-last" else torch.contiguous_format
                self.parameters[name] = kernel.detach().contiguous(memory_format=form).requires_grad_()
        torch.set_num_threads(int(threads.split()[0]))

    def reset(self) -> None:
        if self.parameters:
            self._reset_net()
            return
        linear = [layer for layer in self.model if isinstance(layer, nn.Linear)]
        with torch.no_grad():
            for layer, (weight, bias) in zip(linear, self.problem.weights, strict=True):
                layer.weight.copy_(torch.from_numpy(weight.T.copy()))
                layer.bias.copy_(torch.from_numpy(bias))
        self.optimizer: torch.optim.Optimizer = self._rule()

    def _rule(self) -> torch.optim.Optimizer:
        w, weights, options = self.workload, self.model.parameters(), {self.kind: True}
        match w.optimizer:
            case "sgd":
                return torch.optim.SGD(weights, lr=w.rate, **options)
            case "momentum":
                return torch.optim.SGD(weights, lr=w.rate, momentum=w.beta_1, **options)
            case "adagrad":
                return torch.optim.Adagrad(weights, lr=w.rate, initial_accumulator_value=ACCUMULATED, eps=w.epsilon, **options)
            case "rmsprop":  # there is no fused one
                return torch.optim.RMSprop(weights, lr=w.rate, alpha=w.beta_2, eps=w.epsilon, foreach=self.kind == "foreach")
            case "adam":
                return torch.optim.Adam(weights, lr=w.rate, betas=(w.beta_1, w.beta_2), eps=w.epsilon, **options)

    def _reset_net(self) -> None:
        with torch.no_grad():
            for name, tensor in (*self.parameters.items(), *self.moving.items()):
                tensor.copy_(pytorch_nets.from_values(self.workload.net, name, self.problem.parameters[name]))
        w = self.workload
        options: dict[str, Any] = {self.kind: True}
        rule = torch.optim.Adam
        if w.net == "normalized":
            rule, options["weight_decay"] = torch.optim.AdamW, nets.DECAY
        self.optimizer = rule(self.parameters.values(), lr=w.rate, betas=(w.beta_1, w.beta_2), eps=w.epsilon, **options)

    def step(self, x: Any, y: torch.Tensor) -> torch.Tensor:
        self.optimizer.zero_grad(set_to_none=True)
        loss: torch.Tensor = self.forward(x, y)
        loss.backward()
        if self.workload.net == "normalized":
            torch.nn.utils.clip_grad_norm_(self.parameters.values(), nets.GREATEST_NORM, foreach=True)
        self.optimizer.step()
        return loss

    def epoch(self) -> None:
        for x, y in zip(self.x, self.y, strict=True):
            self.step(x, y)

    def first_losses(self, steps: int) -> list[float]:
        self.dropped = 0.0  # masks differ from system to system
        losses = [self.step(x, y).item() for x, y in zip(self.x[:steps], self.y[:steps], strict=True)]
        self.dropped = nets.DROPPED
        return losses


if __name__ == "__main__":
    serve(PyTorch)
