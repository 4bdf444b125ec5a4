"""XOR with eager tensors: forward, loss, backward and update written out, without a model.

No single line separates the two classes of XOR; one hidden layer does: 0.015, 0.975, 0.979, 0.026 for 00, 01, 10,
11 after 2000 steps.
"""

import numpy as np

import pellucid as pl


def train(steps: int = 2000, rate: float = 0.5) -> np.ndarray:
    """Return the network's probability of 1 for the four inputs 00, 01, 10, 11."""
    rng = np.random.default_rng(0)
    x = pl.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    target = pl.tensor([[0.0], [1.0], [1.0], [0.0]])
    w1 = pl.tensor(rng.normal(size=(2, 8)), "float32", requires_grad=True)
    b1 = pl.tensor(np.zeros(8), "float32", requires_grad=True)
    w2 = pl.tensor(rng.normal(size=(8, 1)), "float32", requires_grad=True)
    b2 = pl.tensor(np.zeros(1), "float32", requires_grad=True)

    def forward() -> pl.Tensor:
        hidden = pl.ops.tanh(x @ w1 + b1)
        return pl.ops.sigmoid(hidden @ w2 + b2)

    for step in range(steps):
        y = forward()
        loss = ((y - target) ** 2).mean()
        loss.backward()
        for parameter in (w1, b1, w2, b2):
            parameter.array[...] -= rate * parameter.grad
            parameter.grad = None
        if step % 500 == 0:
            print(f"step {step:4d}  loss {loss.item():.4f}")
    return forward().numpy()[:, 0]


if __name__ == "__main__":
    for inputs, probability in zip(("00", "01", "10", "11"), train(), strict=True):
        print(f"{inputs} -> {probability:.3f}")
