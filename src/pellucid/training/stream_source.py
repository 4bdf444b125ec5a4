"""StreamSource: batches that an iterable gives, and how it is put back where it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import numpy.typing as npt

from pellucid.data.samples import Samples
from pellucid.errors import DataError
from pellucid.training.sources import Before, one_by_one
from pellucid.training.trainer import Trainer

Array = npt.NDArray[Any]


class StreamSource:
    """Batches from an iterable of ``x``, ``(x, y)`` or ``(x, y, sample_weight)``: one step a call.

    Args:
        batches: iterated anew each epoch where that is possible; a generator goes on where it stopped. With ``steps``,
            training goes on from epoch to epoch, and evaluation begins anew each time, as in Keras.
        read: makes samples of x, y and sample_weight, checked as data at the door is.
        steps: batches in an epoch; up to the stream's end by default.
        steps_name: what the user calls them.
    """

    count: int | None = None

    def __init__(
        self,
        batches: Iterable[Any],
        read: Callable[[Any, Any, Any], Samples],
        *,
        steps: int | None = None,
        steps_name: str = "steps_per_epoch",
    ) -> None:
        self._batches = batches
        self._read = read
        self._iterator: Iterator[Any] | None = None
        self._drawn: list[int] = []  # batches that each epoch of training took
        self._trainer: Trainer | None = None  # who took them
        self.on_batch: Callable[[Samples], None] | None = None  # is shown each batch before it is trained on
        self.steps = steps
        self._steps_name = steps_name

    def train(self, trainer: Trainer, before: Before | None = None, done: int = 0) -> Iterator[int]:
        self._trainer = trainer
        if not done:
            self._drawn.append(0)
        return one_by_one(self._counted(done), trainer.train_batch, before, done)

    def describe(self) -> dict[str, Any]:
        """What an epoch is made of, as far as it is known."""
        return {"steps": self.steps}

    def state(self) -> dict[str, Any]:
        """How many batches each epoch was trained on, and the stream's own state where it has one.

        Ctrl-C may come when a batch is drawn and not trained on yet. It is not counted, and the stream's own state, which is
        behind it, is left out: then all are drawn again.
        """
        drawn, own = list(self._drawn), getattr(self._batches, "state", None)
        in_hand = bool(drawn) and drawn[-1] > self._steps_done()
        if in_hand:
            drawn[-1] -= 1
        return {"drawn": drawn, **({"stream": own()} if callable(own) and not in_hand else {})}

    def _steps_done(self) -> int:
        """Of the epoch."""
        assert self._trainer is not None
        assert self._trainer.optimizer is not None
        return self._trainer.optimizer.batches - self._trainer.epoch_began

    def load_state(self, state: Mapping[str, Any], *, within: bool) -> None:
        """Put the stream where it was: by its own ``load_state``, or by drawing again what was drawn.

        Args:
            state: from `state`.
            within: whether the last epoch is not over.

        Raises:
            DataError: the stream is shorter than it was.
        """
        self._drawn = [int(count) for count in state["drawn"]]
        own = getattr(self._batches, "load_state", None)
        if "stream" in state and callable(own):
            own(state["stream"])
            self._iterator = iter(self._batches)
            return
        for epoch, count in enumerate(self._drawn):
            if self.steps is None or self._iterator is None:
                self._iterator = iter(self._batches)
            if sum(1 for _ in islice(self._iterator, count)) < count:
                raise DataError(
                    f"The stream of batches ended before the {count} of epoch {epoch + 1} that were trained on. Pass the stream "
                    "that the training was begun with."
                )
            if self.steps is None and not (within and epoch + 1 == len(self._drawn)):
                next(self._iterator, None)  # as the epoch did to see that it was over

    def evaluate(self, trainer: Trainer, before: Before | None = None) -> Iterator[int]:
        return one_by_one(self._epoch(anew=True), trainer.evaluate_batch, before)

    def predict(self, trainer: Trainer, before: Before) -> Iterator[list[Array]]:
        for number, batch in enumerate(self._epoch(anew=True)):
            before(number)
            yield trainer.predict_batch(Samples(batch.inputs))

    def _counted(self, done: int) -> Iterator[Samples]:
        for batch in self._epoch(anew=self.steps is None and not done, drawn=done):
            self._drawn[-1] += 1
            if self.on_batch is not None:
                self.on_batch(batch)
            yield batch

    def _epoch(self, *, anew: bool, drawn: int = 0) -> Iterator[Samples]:
        if anew or self._iterator is None:
            self._iterator = iter(self._batches)
        assert self._iterator is not None
        while self.steps is None or drawn < self.steps:
            try:
                batch = next(self._iterator)
            except StopIteration:
                if drawn == 0 or self.steps is not None:
                    wanted = "at least one batch" if self.steps is None else f"{self.steps} batches an epoch"
                    raise DataError(
                        f"The stream of batches ended too early: {wanted} are needed. Received {drawn} in this epoch. "
                        f"Pass a generator without end with {self._steps_name}, or an object that can be iterated again."
                    ) from None
                return
            drawn += 1
            yield self._read(*parts_of(batch))


def parts_of(batch: Any) -> tuple[Any, Any, Any]:
    """x, y and sample_weight of a batch from a stream; None what it does not bring. A list counts as a tuple, as in Keras.

    Raises:
        DataError: it has more parts.
    """
    parts = tuple(batch) if isinstance(batch, tuple | list) else (batch,)
    if not 1 <= len(parts) <= 3:
        raise DataError(f"A batch must be x, (x, y) or (x, y, sample_weight). Received a tuple of {len(parts)}.")
    x, y, weight = (*parts, None, None)[:3]
    return x, y, weight
