"""Language models: one step at a time is the whole sequence; sampling by its chances; what is refused."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

import pellucid as pl
from pellucid import layers, networks
from pellucid.data import Vocabulary, windows
from pellucid.errors import ArgumentError, DataError, FileFormatError

LETTERS = Vocabulary.of_characters("abcdef ")


@pytest.mark.parametrize("name", ["rnn:9", "lstm:9", "gru:9", "lstm:8,7"])
def test_states_that_are_carried_are_the_sequence_read_at_once(name: str) -> None:
    pl.utils.set_random_seed(3)
    model = networks.language_model(name, LETTERS, length=10, embedding=5)
    ids = LETTERS.encode("fade a cab"[:10])
    whole = model.predict(ids[None], verbose=0)[0]
    step, sizes = networks.one_step(model)
    states = [np.zeros((1, size), np.float32) for size in sizes]
    for token, chances in zip(ids, whole, strict=True):
        found, *states = step.predict_on_batch([np.array([token]), *states])
        np.testing.assert_allclose(found[0], chances, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", ["rnn:24", "gru:24"])
def test_a_text_that_repeats_is_written_on(name: str) -> None:
    """After "a" comes b or d, in turns: one letter of memory is not enough."""
    text = "abad" * 100
    vocabulary = Vocabulary.of_characters(text)
    pl.utils.set_random_seed(0)
    model = networks.language_model(name, vocabulary, length=15, embedding=8)
    model.optimizer.learning_rate = 0.01
    model.fit(*windows(vocabulary.encode(text), 15), epochs=60, verbose=0)
    writer = networks.Writer(model)
    assert writer.write("aba", 9, temperature=0) == "dabadabad"
    assert writer.write("ada", 9, temperature=0) == "badabadab"
    assert writer.write("a", 0) == ""


def test_a_transformer_sees_what_was_before_and_nothing_else() -> None:
    pl.utils.set_random_seed(3)
    model = networks.language_model("transformer:2,16,1", LETTERS, length=6)
    writer = networks.Writer(model)
    ids = LETTERS.encode("bad cafe")
    for t in (1, 4, 6):  # what the reader says after t letters, and the whole network at that place, whatever comes after
        expected = model.predict(np.stack([ids[:6], [*ids[:t], *ids[:6][t:][::-1]]]), verbose=0)[:, t - 1]
        np.testing.assert_allclose(expected[1], expected[0], rtol=1e-5)
        writer._reader.begin()
        for token in ids[:t]:
            found = writer._reader.read(int(token))
        np.testing.assert_allclose(found, expected[0], rtol=1e-5)
    for token in ids[6:]:
        found = writer._reader.read(int(token))
    np.testing.assert_allclose(found, model.predict(ids[None, 2:], verbose=0)[0, -1], rtol=1e-5)  # the last six alone


def test_a_writer_begins_anew_at_each_prompt_and_follows_its_model(tmp_path: Path) -> None:
    pl.utils.set_random_seed(1)
    model = networks.language_model("lstm:12", LETTERS, length=8, embedding=4)
    writer = networks.Writer(model)
    model.set_weights([5 * weight for weight in model.get_weights()])  # chances that differ much
    first = writer.write("abc", 30, seed=5)
    writer.write("fff", 7)
    assert writer.write("abc", 30, seed=5) == first
    assert writer.write("abc", 30, seed=6) != first
    assert len(first) == 30
    model.save(tmp_path / "model.safetensors")
    assert networks.Writer(pl.load_model(tmp_path / "model.safetensors")).write("abc", 30, seed=5) == first
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])
    assert writer.write("abc", 30, seed=5) != first  # weights are the model's own


def test_padding_is_never_written() -> None:
    model = networks.language_model("rnn:4", LETTERS, length=8, embedding=4)
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])  # all tokens are alike, padding among them
    assert 0 not in itertools.islice(networks.Writer(model).tokens("a"), 100)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_samples_have_their_chances(temperature: float) -> None:
    """Frequencies of 4,000 draws; their standard deviation is at most 0.008."""
    chances = np.array([0.1, 0.2, 0.0, 0.7])
    random = np.random.default_rng(0)
    counts = np.bincount([networks.sample(chances, temperature, seed=random) for _ in range(4000)], minlength=4)
    powers = chances ** (1 / temperature)
    np.testing.assert_allclose(counts / 4000, powers / powers.sum(), atol=0.03)
    assert counts[2] == 0


def test_top_k_leaves_the_others_out() -> None:
    chances = np.array([0.1, 0.2, 0.3, 0.4])
    drawn = {networks.sample(chances, 3.0, top_k=2, seed=seed) for seed in range(50)}
    assert drawn == {2, 3}
    assert {networks.sample(chances, 9.0, top_k=1, seed=seed) for seed in range(9)} == {3}
    assert {networks.sample(chances, 3.0, top_k=99, seed=seed) for seed in range(99)} == {0, 1, 2, 3}


def test_a_temperature_next_to_0_overflows_nothing() -> None:
    assert networks.sample(np.array([0.2, 0.5, 0.3]), temperature=1e-9) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"temperature": -1}, "temperature must be"),
        ({"top_k": 0}, "top_k must be an integer >= 1"),
        ({"length": -1}, "length must be"),
        ({"seed": -1}, "seed must be"),
    ],
)
def test_settings_out_of_range(arguments: dict[str, float], message: str) -> None:
    writer = networks.Writer(networks.language_model("rnn:4", LETTERS, length=8, embedding=4))
    with pytest.raises(ArgumentError, match=message):
        writer.write("a", **{"length": 1, **arguments})  # type: ignore[arg-type]


def test_prompts_that_cannot_be_read() -> None:
    writer = networks.Writer(networks.language_model("rnn:4", LETTERS, length=8, embedding=4))
    with pytest.raises(DataError, match="prompt is empty"):
        writer.write("")
    with pytest.raises(DataError, match="'z', number 2"):
        writer.write("az")


def test_models_and_layers_that_do_not_go() -> None:
    with pytest.raises(ArgumentError, match="Did you mean 'lstm'"):
        networks.language_model("lsmt:4", LETTERS)
    with pytest.raises(FileFormatError, match="not a model that language_model has made"):
        networks.Writer(networks.build("rnn:4", (8, 8), 10))
    both_ways = pl.Sequential([pl.Input((5,), dtype="int64"), layers.Embedding(3, 2), layers.Bidirectional(layers.GRU(2))])
    with pytest.raises(ArgumentError, match=r"Bidirectional.*cannot be run step by step"):
        networks.one_step(both_ways)
