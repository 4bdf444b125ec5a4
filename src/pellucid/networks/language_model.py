"""Language models: what comes next in a text, learned at every place of it; and writing with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from pellucid import layers
from pellucid.arguments import integer, real
from pellucid.data.vocabulary import PADDING, START, UNKNOWN, Vocabulary
from pellucid.errors import ArgumentError, DataError, FileFormatError, unknown_name
from pellucid.layers import Input, Layer
from pellucid.models import Model, Sequential
from pellucid.networks.recurrent import RECURRENT, widths
from pellucid.networks.transformer import blocks

Array = npt.NDArray[Any]

_EACH_STEP = (layers.Embedding, layers.Dense, layers.Dropout, layers.Activation, layers.LayerNormalization)


def language_model(
    name: str, vocabulary: Vocabulary, length: int = 64, *, embedding: int = 64, dropout: float = 0.0
) -> Sequential:
    """A network that gives each token's chances to come next, at each place of a text; compiled with Adam.

    Its data are `pellucid.data.windows` of a text's ids. e to the power of its loss is the *perplexity*: among how many equally
    likely tokens it still has to choose, on average. A `Writer` writes with it.

    Shapes: (batch, length) of ids -> (batch, length, tokens) of probabilities.

    Args:
        name: ``rnn:128``, ``lstm:128`` or ``gru:128,128``: recurrent layers of these widths; ``transformer:64,2``: two blocks
            of width 64, in which each place sees those before it.
        vocabulary: of the text; goes into the model's file.
        length: tokens in a piece of text that is learned at once.
        embedding: length of the tokens' vectors; a transformer's are as long as it is wide.
        dropout: share of the last recurrent layer's outputs, or of each block's, that is dropped while training.

    Raises:
        ArgumentError: the name is not known, or a number is not right.

    Source: Mikolov et al., "Recurrent neural network based language model", 2010.

    >>> model = language_model("gru:32", Vocabulary.of_characters("to be"), length=16, embedding=8)
    >>> model.predict(np.ones((1, 16), np.int64), verbose=0).shape
    (1, 16, 6)
    """
    kind, _, text = name.strip().lower().partition(":")
    if kind not in (*RECURRENT, "transformer"):
        raise unknown_name("model", kind, (*RECURRENT, "transformer"))
    length = integer("language_model", "length", length, at_least=1)
    tokens = len(vocabulary)
    made: list[Layer]
    if kind == "transformer":  # its blocks add to the tokens' vectors, which are as long as it is wide
        embedding, made = blocks(text or "64,2", length, causal=True, dropout=dropout)
    else:
        made = [RECURRENT[kind](n, return_sequences=True, name=f"{kind}_{i}") for i, n in enumerate(widths(text), 1)]
        if dropout:
            made.append(layers.Dropout(dropout, name="dropout"))
    model = Sequential(
        [
            Input((length,), dtype="int64"),
            layers.Embedding(tokens, embedding, name="embedding"),
            *made,
            layers.Dense(tokens, "softmax", name="output"),
        ],
        name=kind,
    )
    model.preprocessing = {"task": "language-model", "length": length, "vocabulary": vocabulary.to_json()}
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def sample(chances: Array, temperature: float = 1.0, top_k: int | None = None, seed: int | np.random.Generator = 0) -> int:
    """The number of a token, drawn by its chances.

        p_i ~ chance_i ^ (1 / temperature)        among the ``top_k`` likeliest

    Args:
        chances: probabilities, (tokens,).
        temperature: below 1 the likely ones become likelier still, above 1 all become alike; 0 always takes the likeliest.
        top_k: how many tokens may be drawn at all.
        seed: a number, or NumPy's generator.

    Raises:
        ArgumentError: the temperature is negative or top_k below 1.

    >>> sample(np.array([0.2, 0.5, 0.3]), temperature=0)
    1
    """
    temperature = real("sample", "temperature", temperature, at_least=0)
    if top_k is not None:
        top_k = integer("sample", "top_k", top_k, at_least=1)
    if temperature == 0:
        return int(np.argmax(chances))
    with np.errstate(divide="ignore"):
        scores = np.log(np.asarray(chances, np.float64))
    scores = (scores - scores.max()) / temperature  # the largest is 0, so no power overflows
    if top_k is not None and top_k < len(scores):
        scores[np.argsort(-scores, kind="stable")[top_k:]] = -np.inf
    weights = np.exp(scores)
    return int(np.random.default_rng(seed).choice(len(weights), p=weights / weights.sum()))


class Writer:
    """Writes with a `language_model`, token by token.

    A recurrent network is run one step at a time: its states are carried, and what was written is not read again. A transformer
    has no state: it reads its last ``length`` tokens anew for each. The weights are the model's own, so a model may be written
    with while it is being trained.

    Args:
        model: made by `language_model`, or loaded from its file.

    Raises:
        FileFormatError: the model is none of these.

    >>> import pellucid as pl
    >>> from pellucid import networks
    >>> text = "abc" * 200
    >>> vocabulary = pl.data.Vocabulary.of_characters(text)
    >>> model = networks.language_model("gru:16", vocabulary, length=20)
    >>> history = model.fit(*pl.data.windows(vocabulary.encode(text), 20), epochs=60, verbose=0)
    >>> networks.Writer(model).write("ab", length=6, temperature=0)
    'cabcab'
    """

    def __init__(self, model: Model) -> None:
        state = model.preprocessing
        if not isinstance(state, dict) or state.get("task") != "language-model":
            raise FileFormatError(f"{model.name}: not a model that language_model has made: it has no vocabulary.")
        self.vocabulary = Vocabulary.from_json(state.get("vocabulary"))
        self.length = integer("language_model", "length", state.get("length"), at_least=1)
        self.model = model
        # Padding, the unknown token and a start stand for no piece of a text.
        self._never = [i for i, token in enumerate(self.vocabulary.tokens) if token in (PADDING, UNKNOWN, START)]
        recurrent = any(isinstance(layer, layers.RNN) for layer in model.layers)
        self._reader: _Reader = _Stepwise(model) if recurrent else _Windowed(model, self.length)

    def tokens(self, prompt: str, temperature: float = 1.0, top_k: int | None = None, seed: int = 0) -> Iterator[int]:
        """Ids of one token after the other, without end; arguments are those of `write`."""
        ids = self.vocabulary.encode(prompt)
        if not len(ids):
            raise DataError(f"The prompt is empty: at least one of the {self.vocabulary.level} is needed to begin with.")
        random = np.random.default_rng(integer("write", "seed", seed, at_least=0))
        self._reader.begin()
        for known in ids[:-1]:
            self._reader.read(int(known))
        last = int(ids[-1])
        while True:
            chances = self._reader.read(last).copy()
            chances[self._never] = 0
            last = sample(chances, temperature, top_k, random)
            yield last

    def write(self, prompt: str, length: int = 200, temperature: float = 1.0, top_k: int | None = None, seed: int = 0) -> str:
        """What the network writes after a prompt.

        Args:
            prompt: how the text begins; at least one token.
            length: tokens to be written.
            temperature, top_k: see `sample`.
            seed: the same one writes the same text.

        Raises:
            DataError: the prompt is empty, or has a token that the vocabulary does not know.
            ArgumentError: a number is out of its range.
        """
        length = integer("write", "length", length, at_least=0)
        drawn = self.tokens(prompt, temperature, top_k, seed)
        return self.vocabulary.decode([next(drawn) for _ in range(length)])


class _Reader(Protocol):
    """What reads a text token by token and gives the chances of what comes next."""

    def begin(self) -> None: ...

    def read(self, token: int) -> Array: ...


class _Stepwise:
    """One step of a recurrent network at a time, its states carried."""

    def __init__(self, model: Model) -> None:
        self._model, self._sizes = one_step(model)
        self.begin()

    def begin(self) -> None:
        self._states = [np.zeros((1, size), np.float32) for size in self._sizes]

    def read(self, token: int) -> Array:
        chances, *self._states = self._model.predict_on_batch([np.array([token]), *self._states])
        result: Array = chances[0]
        return result


class _Windowed:
    """The last tokens, as many as the network reads at once, all of them anew each time."""

    def __init__(self, model: Model, length: int) -> None:
        self._model = model
        self._length = length
        self.begin()

    def begin(self) -> None:
        self._tokens: list[int] = []

    def read(self, token: int) -> Array:
        self._tokens = [*self._tokens, token][-self._length :]
        window = np.zeros((1, self._length), np.int64)
        window[0, : len(self._tokens)] = self._tokens  # what stands behind is not seen
        chances: Array = self._model.predict_on_batch(window)[0, len(self._tokens) - 1]
        return chances


def one_step(model: Model) -> tuple[Model, list[int]]:
    """A recurrent network over sequences as one over a single step: [token, states...] -> [output, states...].

    Its weights are those of the network. The second result is the states' lengths.

    Raises:
        ArgumentError: a layer looks at more than one step by other means than a state, or goes backwards.
    """
    token = Input((), dtype="int64")
    outputs: Any = token
    before, after, sizes = [], [], []
    for layer in model.layers:
        if isinstance(layer, layers.RNN) and not layer.go_backwards:
            states = [Input((size,)) for size in layer.state_sizes]
            before += states
            sizes += layer.state_sizes
            for cell in layer.cells:
                own = [states.pop(0) for _ in range(_count(cell))]
                outputs, ended = cell(outputs, own)
                after += list(ended)
        elif isinstance(layer, _EACH_STEP):
            outputs = layer(outputs)
        else:
            raise ArgumentError(
                f"{model.name}: {layer!r} cannot be run step by step. Layers that can: recurrent ones forwards in time, and "
                f"{', '.join(kind.__name__ for kind in _EACH_STEP)}."
            )
    return Model([token, *before], [outputs, *after], name=f"{model.name}_step"), sizes


def _count(cell: Any) -> int:
    return len(cell.state_size) if isinstance(cell.state_size, list | tuple) else 1
