"""S2.13: many-to-one, many-to-many per time step, many-to-many after the whole input: a real task for each.

The full sizes are examples (text_classification, character_model, frame_labels, dates), whose results tests/examples holds.
"""

from __future__ import annotations

import numpy as np

import pellucid as pl
from pellucid import networks
from pellucid.data import Vocabulary, windows
from pellucid.datasets import digits, sequence_tasks, texts


def test_s2_13_many_to_one_digits_row_by_row() -> None:
    (x, y), (x_test, y_test) = digits.load_data()
    pl.utils.set_random_seed(0)
    model = networks.build("rnn:64", (8, 8), 10, preprocessing=networks.preprocessing(x))
    model.compile(pl.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=32, epochs=15, verbose=0)
    assert model.evaluate(x_test, y_test, verbose=0)[1] >= 0.95


def test_s2_13_many_to_many_in_step_the_next_character() -> None:
    """Part of Python's language reference. Knowing how frequent each character is leaves a perplexity of more than 20."""
    text = texts.python_reference()
    train, held_out = text[:60_000], text[60_000:70_000]
    vocabulary = Vocabulary.of_characters(train, unknown=True)
    pl.utils.set_random_seed(0)
    model = networks.language_model("gru:64", vocabulary, 32, embedding=32)
    model.optimizer.learning_rate = 0.01
    model.fit(*windows(vocabulary.encode(train), 32), batch_size=32, epochs=4, verbose=0)
    ids = vocabulary.encode(held_out)
    frequencies = (np.bincount(vocabulary.encode(train), minlength=len(vocabulary)) + 1) / (len(train) + len(vocabulary))
    assert np.exp(-np.log(frequencies[ids]).mean()) > 20
    assert np.exp(model.evaluate(*windows(ids, 32), verbose=0)) < 11


def test_s2_13_many_to_many_in_step_the_frequency_of_a_signal() -> None:
    pl.utils.set_random_seed(0)
    gru = pl.layers.GRU(16, return_sequences=True)
    model = pl.Sequential([pl.Input((60, 1)), pl.layers.Bidirectional(gru), pl.layers.Dense(3, activation="softmax")])
    model.compile(pl.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(*sequence_tasks.tones(600, noise=0.4), batch_size=32, epochs=6, verbose=0)
    assert model.evaluate(*sequence_tasks.tones(100, noise=0.4, seed=1), verbose=0)[1] > 0.85


def test_s2_13_many_to_many_after_the_whole_input_dates() -> None:
    """Of 300 dates that were held out, more than 99 % are written to the last digit."""
    pairs = sequence_tasks.dates(6300)
    train, test = pairs[:-300], pairs[-300:]
    source = Vocabulary.of_characters([question for question, _ in pairs])
    target = Vocabulary.of_characters([answer for _, answer in pairs], ends=True)
    pl.utils.set_random_seed(0)
    model = networks.encoder_decoder(source, target, 18, 10, units=64, embedding=32)
    model.optimizer.learning_rate = 0.005
    translator = networks.Translator(model)
    model.fit(*translator.samples(train), batch_size=32, epochs=3, verbose=0)
    assert translator.exact(test) > 0.99
    assert translator.exact(test[:60], beams=3) > 0.99
