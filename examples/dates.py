"""Many to many, after the whole input: "21 March 2024" to "2024-03-21" by encoder and decoder: 100.0 % exact.

Dates in six formats are made up, 8,000 to learn from; 1,000 others, of days that were not among them, are to be written to
the last digit. This is how translation and chatbots began: one net reads the question, another, which has attention,
writes the answer, token by token, from what the first has understood.

Try ``python examples/dates.py sums`` for sums written backwards (harder: some minutes), or ``--without-
attention``.
"""

import sys
from collections.abc import Callable

import pellucid as pl
from pellucid import networks
from pellucid.data import Vocabulary
from pellucid.datasets import sequence_tasks


def main(
    make: Callable[[int], list[tuple[str, str]]] = sequence_tasks.dates,
    count: int = 8000,
    units: int = 64,
    epochs: int = 6,
    attention: bool = True,
) -> float:
    """Returns the part of the 1000 held-out questions whose answers are right to the last character."""
    pairs = make(count + 1000)
    train, test = pairs[:-1000], pairs[-1000:]
    source = Vocabulary.of_characters([question for question, _ in train])
    target = Vocabulary.of_characters([answer for _, answer in train], ends=True)
    longest = [max(len(text) for text in texts) for texts in zip(*pairs, strict=True)]

    pl.utils.set_random_seed(0)
    model = networks.encoder_decoder(source, target, *longest, units=units, embedding=32, attention=attention)
    model.optimizer.learning_rate = pl.optimizers.schedules.CosineDecay(0.004, epochs * -(-count // 64))
    translator = networks.Translator(model)
    model.fit(*translator.samples(train), batch_size=64, epochs=epochs, verbose=2)

    questions = [question for question, _ in test[:5]]
    for question, answer in zip(questions, translator.translate(questions), strict=True):
        print(f"{question:>18}  ->  {answer}")
    greedy, beams = translator.exact(test), translator.exact(test, beams=4)
    print(f"exactly right, of {len(test)} that were held out: {greedy:.1%} greedily, {beams:.1%} with four beams")
    return greedy


if __name__ == "__main__":
    if "sums" in sys.argv:
        main(sequence_tasks.sums, count=40_000, units=128, epochs=16, attention="--without-attention" not in sys.argv)
    else:
        main(epochs=12 if "--without-attention" in sys.argv else 6, attention="--without-attention" not in sys.argv)
