"""A character model beside PyTorch's: the same first weights, batches and steps, so the same perplexity on text not seen."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import networks
from pellucid.data import Vocabulary, windows
from pellucid.datasets.texts import python_reference

torch = pytest.importorskip("torch", reason="needs the extra 'parity'")
pytestmark = pytest.mark.parity

UNITS, EMBEDDING, LENGTH, BATCH, EPOCHS, RATE = 64, 32, 32, 32, 3, 0.005


class TorchModel(torch.nn.Module):  # type: ignore[misc, name-defined]
    """Embedding, LSTM or GRU, a linear layer: PyTorch's own, with the weights of a Pellucid model."""

    def __init__(self, kind: str, model: Any) -> None:
        super().__init__()
        (table,), (kernel, recurrent, bias), (weight, offset) = (
            [torch.tensor(w) for w in layer.get_weights()] for layer in model.layers
        )
        self.embedding = torch.nn.Embedding.from_pretrained(table.clone(), freeze=False)
        self.recurrent = (torch.nn.LSTM if kind == "lstm" else torch.nn.GRU)(EMBEDDING, UNITS, batch_first=True)
        self.output = torch.nn.Linear(UNITS, len(offset))
        with torch.no_grad():
            order = self.gates if kind == "gru" else lambda w: w
            self.recurrent.weight_ih_l0.copy_(order(kernel).T)
            self.recurrent.weight_hh_l0.copy_(order(recurrent).T)
            both = bias if kind == "gru" else torch.stack([bias, torch.zeros_like(bias)])
            self.recurrent.bias_ih_l0.copy_(order(both[0]))
            self.recurrent.bias_hh_l0.copy_(order(both[1]))
            self.output.weight.copy_(weight.T)
            self.output.bias.copy_(offset)
        if kind == "lstm":  # one bias, as Keras' LSTM has it: PyTorch's second one would double the step
            self.recurrent.bias_hh_l0.requires_grad_(False)

    @staticmethod
    def gates(weight: Any) -> Any:
        """Columns z, r, h as Keras has them in PyTorch's order r, z, h."""
        z, r, h = weight.split(UNITS, dim=-1)
        return torch.cat([r, z, h], dim=-1)

    def forward(self, ids: Any) -> Any:
        return self.output(self.recurrent(self.embedding(ids))[0])


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_perplexity_is_that_of_pytorch_with_the_same_settings(kind: str) -> None:
    """60,000 characters of Python's reference, three epochs of Adam in the order of the text; the next 10,000 are judged by."""
    text = python_reference()
    train, held_out = text[:60_000], text[60_000:70_000]
    vocabulary = Vocabulary.of_characters(train, unknown=True)
    (x, y), (x_new, y_new) = (windows(vocabulary.encode(part), LENGTH) for part in (train, held_out))

    pl.utils.set_random_seed(0)
    ours = networks.language_model(f"{kind}:{UNITS}", vocabulary, LENGTH, embedding=EMBEDDING)
    ours.optimizer.learning_rate = RATE
    theirs = TorchModel(kind, ours)
    ours.fit(x, y, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0)
    found = float(np.exp(ours.evaluate(x_new, y_new, verbose=0)))

    torch.set_num_threads(1)
    entropy = torch.nn.functional.cross_entropy
    optimizer = torch.optim.Adam([p for p in theirs.parameters() if p.requires_grad], RATE)
    for epoch in range(EPOCHS):
        for step, start in enumerate(range(0, len(x), BATCH), 1 + epoch * -(-len(x) // BATCH)):
            # Keras' and Pellucid's epsilon stands beside the root of v before it is corrected, PyTorch's after.
            optimizer.param_groups[0]["eps"] = 1e-7 / math.sqrt(1 - 0.999**step)
            logits = theirs(torch.from_numpy(x[start : start + BATCH]))
            loss = entropy(logits.flatten(0, 1), torch.from_numpy(y[start : start + BATCH]).flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        logits = theirs(torch.from_numpy(x_new))
        expected = float(torch.exp(entropy(logits.flatten(0, 1), torch.from_numpy(y_new).flatten())))

    print(f"{kind}: perplexity {found:.3f}, PyTorch's {expected:.3f}")
    assert found < 16  # frequencies alone: 24
    assert found == pytest.approx(expected, rel=0.01)  # 177 steps, each with other roundings
