"""What each row is to reach: times the fastest peer, or a share of the step's matrix products alone, whichever is met."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """``times`` the fastest peer's speed; where ``of_products`` is given, that share of the products' speed will do, too."""

    times: float
    of_products: float | None = None

    def is_met(self, times: float, of_products: float | None) -> bool:
        """Whether a row with this ratio, at this share of the products alone (None: not measured), reaches the goal."""
        if times >= self.times:
            return True
        return self.of_products is not None and of_products is not None and of_products >= self.of_products

    def __str__(self) -> str:
        share = f", or {self.of_products:.0%} of the products alone" if self.of_products is not None else ""
        return f"{self.times:g} times{share}"


MEMORY = 0.6
"""Of PyTorch's greatest resident memory: what each training step is to stay within."""

_STEP = Goal(1.5, of_products=0.85)
GOALS = {
    "mlp-sgd": _STEP,
    "mlp-momentum": _STEP,
    "mlp-adagrad": _STEP,
    "mlp-rmsprop": _STEP,
    "mlp-adam": _STEP,
    "two-layer": _STEP,
    "single-sample": Goal(1.0),  # JAX's scanned loop is the fastest peer there
    "small-vgg": Goal(1.8),
    "small-alexnet": _STEP,
    "encoder-decoder": _STEP,
    "lenet5": Goal(2.0),
    "simple-cnn": Goal(2.0),
    "simple-rnn": Goal(1.8, of_products=0.85),
    "simple-rnn-long": Goal(1.8, of_products=0.85),
    "gru": Goal(1.8, of_products=0.85),
    "lstm": Goal(1.15, of_products=0.85),
    "wide-mlp": Goal(1.0),
    "answer-one": Goal(1.0),
    "answer-many": Goal(1.0),
}
