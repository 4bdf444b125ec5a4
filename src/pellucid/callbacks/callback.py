"""Callback: the moments of training at which one may look on or act."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pellucid.errors import ArgumentError

Logs = Mapping[str, float]


class Callback:
    """Base of all callbacks: override the moments of interest.

    ``self.model`` is the model, ``self.params`` a dictionary with "epochs", "steps" and "samples" (None where unknown), and
    "resumed": whether ``fit`` was asked to go on from a checkpoint, where there is one.
    ``logs`` holds what `History` will hold. ``self.model.stop_training = True`` ends training with the epoch, or with the
    batch where it is set in ``on_train_batch_end``.

    A callback that overrides ``on_train_batch_begin`` or ``on_train_batch_end`` makes training run one step a call; without
    such, many steps run as one compiled job. The results are the same bits either way.
    """

    model: Any = None
    params: Mapping[str, Any] = {}

    def __init_subclass__(cls, **settings: Any) -> None:
        """``on_batch_begin`` and ``on_batch_end``, the older names that Keras still knows, mean those of training."""
        super().__init_subclass__(**settings)
        for old, new in (("on_batch_begin", "on_train_batch_begin"), ("on_batch_end", "on_train_batch_end")):
            if old in vars(cls) and new not in vars(cls):
                setattr(cls, new, vars(cls)[old])

    def set_model(self, model: Any) -> None:
        self.model = model

    def set_params(self, params: Mapping[str, Any]) -> None:
        self.params = params

    def set_training(self, trainer: Any, source: Any, validation: Any) -> None:
        """What ``fit`` trains with, on which batches, and what it validates on (or None), before `on_train_begin`; to look at."""

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Before the first epoch."""

    def on_train_end(self, logs: Logs | None = None) -> None:
        """After the last epoch, also where training ends by an error or an interrupt."""

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None: ...

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """After an epoch and its validation; ``logs`` has the epoch's results."""

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None: ...

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After one training step; ``logs`` has the means of the epoch so far."""

    def on_steps(self, batch: int, logs: Logs | None = None) -> None:
        """After a slice of steps, several times a second; ``batch`` is the last one done. For displays."""

    def on_interrupt(self, steps: int, logs: Logs | None = None) -> None:
        """Ctrl-C came between two steps, of which the epoch has ``steps`` behind it; training ends when all have been called."""

    def on_test_begin(self, logs: Logs | None = None) -> None: ...

    def on_test_end(self, logs: Logs | None = None) -> None: ...

    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None: ...

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None: ...

    def on_predict_begin(self, logs: Logs | None = None) -> None: ...

    def on_predict_end(self, logs: Logs | None = None) -> None: ...

    def on_predict_batch_begin(self, batch: int, logs: Logs | None = None) -> None: ...

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None: ...

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps of this callback: patience counters, the best value, the best weights.

        Plain data: dictionaries and lists of numbers, text, None, and NumPy arrays (infinities and NaN among the numbers). What
        can be had elsewhere, such as the learning rate, which is the optimizer's, is left out. Nothing by default.
        """
        return {}

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up what ``state`` gave; called after ``on_train_begin``, which begins anew, and before the first epoch.

        Raises:
            ArgumentError: there is a state though this callback keeps none.
        """
        if state:
            raise ArgumentError(f"{type(self).__name__}: it keeps no state. Received {', '.join(state)}.")

    def overrides(self, *moments: str) -> bool:
        """Whether this callback does something at one of these moments."""
        return any(getattr(type(self), m) is not getattr(Callback, m) or m in vars(self) for m in moments)


class CallbackList:
    """Calls each callback in order, but only those that do something at the moment in question."""

    def __init__(self, callbacks: Any, model: Any, params: Mapping[str, Any], built_in: Iterable[Callback] = ()) -> None:
        given = [callbacks] if isinstance(callbacks, Callback) else callbacks or ()
        if not isinstance(given, Iterable):
            raise ArgumentError(f"callbacks: a list of pellucid.callbacks.Callback is needed. Received {callbacks!r}.")
        self.callbacks = [*given, *built_in]
        self._called: dict[str, list[Callback]] = {}  # by moment; looked up once, as slices of steps end every few milliseconds
        for callback in self.callbacks:
            if not isinstance(callback, Callback):
                raise ArgumentError(
                    f"callbacks: each must be an instance of pellucid.callbacks.Callback. Received {callback!r}. "
                    "For plain functions use LambdaCallback."
                )
            callback.set_model(model)
            callback.set_params(params)

    def wants(self, *moments: str) -> bool:
        return any(c.overrides(*moments) for c in self.callbacks)

    def call(self, moment: str, *arguments: Any) -> None:
        """At the end of training each is called even where another fails or Ctrl-C comes: best weights are restored for certain.

        The first error is raised when all are through.
        """
        first: BaseException | None = None
        called = self._called.get(moment)
        if called is None:
            called = self._called[moment] = [c for c in self.callbacks if c.overrides(moment)]
        for callback in called:
            try:
                getattr(callback, moment)(*arguments)
            except BaseException as error:
                if moment != "on_train_end":
                    raise
                first = first or error
        if first is not None:
            raise first

    def state(self) -> list[dict[str, Any]]:
        """Each callback's class and state, in order."""
        return [{"class_name": type(c).__name__, "state": c.state()} for c in self.callbacks]

    def load_state(self, states: Sequence[Mapping[str, Any]]) -> None:
        """Give back to each callback what ``state`` took from its namesake at the same place.

        A callback of a class that keeps no state may have come or gone since.

        Raises:
            ArgumentError: those that keep a state are not the same as they were.
        """
        kept = [(entry["class_name"], dict(entry["state"])) for entry in states if entry["state"]]
        here = [c for c in self.callbacks if c.state()]
        if [name for name, _ in kept] != [type(c).__name__ for c in here]:
            raise ArgumentError(
                "callbacks: training goes on with those that it was begun with: "
                f"{', '.join(name for name, _ in kept) or 'none'}. "
                f"Received {', '.join(type(c).__name__ for c in here) or 'none'}."
            )
        for callback, (_, state) in zip(here, kept, strict=True):
            callback.load_state(state)
