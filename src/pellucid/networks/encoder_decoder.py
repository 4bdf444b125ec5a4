"""Encoder and decoder: one network reads a whole sequence, another writes the answer, whatever its length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid import layers, losses
from pellucid.arguments import flag, integer
from pellucid.data.sequences import padded
from pellucid.data.vocabulary import END, START, Vocabulary
from pellucid.errors import ArgumentError, DataError, FileFormatError, unknown_name
from pellucid.layers import Input
from pellucid.models import Model
from pellucid.networks.recurrent import RECURRENT

Array = npt.NDArray[Any]

_GROUP = 128  # sources that are decoded together


def encoder_decoder(
    source: Vocabulary,
    target: Vocabulary,
    source_length: int,
    target_length: int,
    *,
    units: int = 128,
    embedding: int = 64,
    cell: str = "gru",
    attention: bool = True,
) -> Model:
    """A network that learns to answer sequences with sequences, compiled with Adam. A `Translator` prepares its data and decodes.

        encoder    reads the source; its last state is the decoder's first
        decoder    reads the answer so far, and says what comes next
        attention  at each step of the answer, a mean of the encoder's states, weighted by how well they fit the decoder's

    While it learns, the decoder reads the right answer, one step behind (teacher forcing), so all steps are learned at once.
    Without attention all that is known of the source must go through one state.

    Args:
        source: of the questions.
        target: of the answers; with ends.
        source_length, target_length: tokens that a question and an answer have at most.
        units: length of the states.
        embedding: length of the tokens' vectors.
        cell: "rnn", "lstm" or "gru".
        attention: whether there is any.

    Raises:
        ArgumentError: the cell is not known, or the target vocabulary has no start and end.

    Source: Sutskever, Vinyals and Le, "Sequence to sequence learning with neural networks", 2014; attention as in Luong, Pham and
    Manning, "Effective approaches to attention-based neural machine translation", 2015.
    """
    if cell not in RECURRENT:
        raise unknown_name("cell", cell, RECURRENT)
    if END not in target:
        raise ArgumentError("encoder_decoder: the target vocabulary needs a start and an end. Build it with ends=True.")
    kind: Any = RECURRENT[cell]
    question = Input((integer("encoder_decoder", "source_length", source_length, at_least=1),), dtype="int64", name="source")
    answer = Input((integer("encoder_decoder", "target_length", target_length, at_least=1) + 1,), dtype="int64", name="target")
    read = layers.Embedding(len(source), embedding, mask_zero=True, name="source_embedding")(question)
    memory, *states = kind(units, return_sequences=True, return_state=True, name="encoder")(read)
    written = layers.Embedding(len(target), embedding, name="target_embedding")(answer)
    outputs, *_ = kind(units, return_sequences=True, return_state=True, name="decoder")(written, initial_state=states)
    if flag("encoder_decoder", "attention", attention):
        seen = layers.Attention(name="attention")([outputs, memory])
        outputs = layers.Dense(units, "tanh", name="combined")(layers.Concatenate(name="both")([outputs, seen]))
    model = Model([question, answer], layers.Dense(len(target), "softmax", name="answer")(outputs), name="encoder_decoder")
    model.preprocessing = {"task": "encoder-decoder", "source": source.to_json(), "target": target.to_json()}
    model.compile("adam", losses.SparseCategoricalCrossentropy(ignore_class=0))
    return model


class Translator:
    """What goes into an `encoder_decoder` and what comes out, as texts.

    Args:
        model: made by `encoder_decoder`, or loaded from its file.

    Raises:
        FileFormatError: the model is none of these.

    >>> import pellucid as pl
    >>> from pellucid import networks
    >>> letters, digits = pl.data.Vocabulary("ab"), pl.data.Vocabulary("12", ends=True)
    >>> translator = networks.Translator(networks.encoder_decoder(letters, digits, 3, 3, units=16))
    >>> inputs, targets = translator.samples([("ab", "12"), ("b", "2")])
    >>> inputs["target"].tolist(), targets.tolist()  # 1 is the start, 2 the end
    ([[1, 3, 4, 0], [1, 4, 0, 0]], [[3, 4, 2, 0], [4, 2, 0, 0]])
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        state = model.preprocessing
        if not isinstance(state, dict) or state.get("task") != "encoder-decoder":
            raise FileFormatError(f"{model.name}: not a model that encoder_decoder has made: it has no vocabularies.")
        self.source, self.target = (Vocabulary.from_json(state.get(name)) for name in ("source", "target"))
        self.source_length, self.target_length = (int(tensor.shape[1]) for tensor in model.inputs)
        self.has_attention = any(layer.name == "attention" for layer in model.layers)
        self._encoder, self._step = self._parts()

    def samples(self, pairs: Sequence[tuple[str, str]]) -> tuple[dict[str, Array], Array]:
        """Inputs and targets for ``fit``: the decoder's input is the answer behind a start, its target the answer and an end.

        Raises:
            DataError: a text is empty or too long, or has a token that is not known.
        """
        answers = [self.target.encode(answer, ends=True) for _, answer in pairs]
        longest = self.target_length - 1  # beside the end
        for number, answer in enumerate(answers):
            if len(answer) - 2 > longest:
                raise DataError(
                    f"Translator: an answer may have {longest} {self.target.level}. Answer {number} has {len(answer) - 2}."
                )
        inputs = {
            "source": self._sources([question for question, _ in pairs]),
            "target": padded([answer[:-1] for answer in answers], self.target_length),
        }
        return inputs, padded([answer[1:] for answer in answers], self.target_length)

    def translate(self, texts: Sequence[str], beams: int = 1) -> list[str]:
        """The answers to texts.

        With one beam, the likeliest token at each step (greedy). With more, that many beginnings of an answer are carried on side
        by side, always those whose product of probabilities is the greatest (beam search): the first token need not be the
        likeliest by itself.

        Args:
            texts: the questions.
            beams: how many beginnings are kept.

        Raises:
            DataError: a text is empty or too long, or has a token that is not known.
        """
        beams = integer("translate", "beams", beams, at_least=1)
        sources = self._sources(texts)
        answers: list[str] = []
        for start in range(0, len(sources), _GROUP):
            answers += [self.target.decode(ids) for ids in self._search(sources[start : start + _GROUP], beams)]
        return answers

    def exact(self, pairs: Sequence[tuple[str, str]], beams: int = 1) -> float:
        """The part of the pairs whose answer is right to the last token."""
        given = self.translate([question for question, _ in pairs], beams)
        return float(np.mean([ours == right for ours, (_, right) in zip(given, pairs, strict=True)]))

    def attention(self, text: str) -> tuple[str, Array]:
        """The answer, and where the decoder looked: (tokens of the answer and its end, if it has one; tokens of the text).

        Raises:
            ArgumentError: the network has no attention.
        """
        if not self.has_attention:
            raise ArgumentError("Translator: this network was made with attention=False. There are no weights to look at.")
        (answer,) = self.translate([text])
        written = np.array([self.target.id(START), *self.target.encode(answer)])[: self.target_length]
        inputs = {"source": self._sources([text]), "target": padded([written], self.target_length)}
        model, step = self.model, self.model.get_layer
        memory, *states = step("encoder")(step("source_embedding")(model.inputs[0]))
        outputs, *_ = step("decoder")(step("target_embedding")(model.inputs[1]), initial_state=states)
        _, weights = step("attention")([outputs, memory], return_attention_scores=True)
        found = Model(model.inputs, weights).predict(inputs, verbose=0)[0]
        return answer, found[: len(written), : len(self.source.encode(text))]

    # --- one step at a time ---------------------------------------------------------------------------------------------

    def _parts(self) -> tuple[Model, Model]:
        """The encoder; and one step of the decoder, which has its states as inputs and outputs. The weights are the model's."""
        layer: Any = self.model.get_layer
        source = self.model.inputs[0]
        encoder, decoder = layer("encoder"), layer("decoder")
        memory, *states = encoder(layer("source_embedding")(source))
        token, there = Input((1,), dtype="int64"), Input((self.source_length,), dtype="bool")
        seen = Input((self.source_length, encoder.units))
        before = [Input((size,)) for size in decoder.state_sizes]
        outputs, *after = decoder(layer("target_embedding")(token), initial_state=before)
        if self.has_attention:
            context = layer("attention")([outputs, seen], mask=[None, there])
            outputs = layer("combined")(layer("both")([outputs, context]))
        step = Model([token, there, seen, *before], [layer("answer")(outputs), *after], name="step")
        return Model(source, [memory, *states], name="encoder"), step

    def _search(self, sources: Array, beams: int) -> Array:
        """Ids of the best answer to each source, (sources, tokens)."""
        count, size = len(sources), len(self.target)
        end = self.target.id(END)
        memory, *states = (np.repeat(array, beams, axis=0) for array in self._encoder.predict(sources, verbose=0))
        there = np.repeat(sources != 0, beams, axis=0)
        tokens = np.full((count * beams, 1), self.target.id(START))
        written = np.zeros((count * beams, 0), np.int64)
        # The beams of a source begin alike: all but the first are out, so that the first step finds different tokens.
        scores = np.where(np.arange(count * beams) % beams == 0, 0.0, -np.inf)
        for _ in range(self.target_length):
            answers, *states = self._step.predict([tokens, there, memory, *states], batch_size=_GROUP * beams, verbose=0)
            with np.errstate(divide="ignore"):
                chances = np.log(answers[:, 0].astype(np.float64))
            chances[:, [0, self.target.id(START)]] = -np.inf  # neither padding nor a start stands in an answer
            ended = (written == end).any(axis=1)
            chances[ended] = -np.inf
            chances[ended, end] = 0  # an answer that has ended stays as it is
            totals = (scores[:, None] + chances).reshape(count, beams * size)
            best = np.argsort(-totals, axis=1, kind="stable")[:, :beams]
            scores = np.take_along_axis(totals, best, axis=1).reshape(-1)
            rows = (np.arange(count)[:, None] * beams + best // size).reshape(-1)
            tokens = (best % size).reshape(-1, 1)
            written = np.concatenate([written[rows], tokens], axis=1)
            states = [state[rows] for state in states]
            if (written == end).any(axis=1).all():
                break
        return written[::beams]

    def _sources(self, texts: Sequence[str]) -> Array:
        if not len(texts):
            raise DataError("Translator: at least one text is needed. Received none.")
        encoded = [self.source.encode(text) for text in texts]
        for number, (text, ids) in enumerate(zip(texts, encoded, strict=True)):
            if not len(ids) or len(ids) > self.source_length:
                raise DataError(
                    f"Translator: a text must have 1 to {self.source_length} {self.source.level}. Text {number} has {len(ids)}: "
                    f"{text[:40]!r}."
                )
        return padded(encoded, self.source_length)
