"""Predictor: one batch after the other, all of one form, answered at once: what serves a trained model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.samples import Samples, refuse_beyond, refuse_not_finite
from pellucid.engine.in_place import InPlace
from pellucid.engine.plan import Plan
from pellucid.errors import DataError, ShapeError
from pellucid.training.trainer import Trainer

Array = npt.NDArray[Any]


class Predictor:
    """Answers batches of one shape; see `pellucid.Model.predictor`.

    What was checked and made for the example (shapes, the program) holds for all. Where kernels alone read the inputs, they
    read them where the caller holds them, if they are of the model's dtype; else each batch is copied. Threads may share a
    predictor: they take turns.

    Args:
        trainer: of the model, for this use alone.
        batch: an example.
        pack: makes the answer of the list of outputs.
    """

    def __init__(self, trainer: Trainer, batch: Samples, pack: Callable[[list[Array]], Any]) -> None:
        self._trainer = trainer
        self._pack = pack
        self._size = len(batch)
        self._names = batch.names
        dtypes = trainer.model.input_dtypes(len(batch.inputs))
        self._forms = [(a.shape, dtype) for a, dtype in zip(batch.inputs, dtypes, strict=True)]
        self._in_place: InPlace | None = None
        self.plan: Plan | None = None  # what runs, where it is a program
        if not trainer.in_python("predict"):
            in_place = InPlace([np.ascontiguousarray(a, d) for a, d in zip(batch.inputs, dtypes, strict=True)], batch.names)
            plan = trainer.plan("predict", batch, self._size, in_place)
            if in_place.suits(plan):
                self.plan, self._in_place = plan, in_place

    def __call__(self, *inputs: Any) -> Any:
        """The model's outputs for a batch: new arrays.

        Raises:
            ShapeError: another number of inputs, or another shape than the example's.
            DataError: a value is not finite, or is none that the model's dtype can hold.
        """
        if len(inputs) != len(self._forms):
            raise ShapeError(
                f"predictor: the model takes {len(self._forms)} inputs, one argument each, in the model's order. "
                f"Received {len(inputs)}."
            )
        arrays = [_fitting(name, x, *form) for name, x, form in zip(self._names, inputs, self._forms, strict=True)]
        trainer, in_place = self._trainer, self._in_place
        with trainer.lock:
            trainer.begin_prediction()
            if in_place is not None and self.plan is not None:
                in_place.take(arrays)
                return self._pack(trainer.predict_step(self.plan, self._size))
            for name, array in zip(self._names, arrays, strict=True):
                refuse_not_finite(name, array)
            return self._pack(trainer.predict_batch(Samples(arrays)))


def _fitting(name: str, x: Any, shape: Sequence[int], dtype: np.dtype[Any]) -> Array:
    """The values as a kernel reads them; the array itself where it is of the model's dtype already."""
    if type(x) is np.ndarray and x.shape == shape and x.dtype == dtype and x.flags.c_contiguous and x.flags.aligned:
        return x
    array = np.asarray(x)
    if array.shape != shape:
        raise ShapeError(
            f"predictor: it was made for batches of shape {tuple(shape)}. Received {array.shape}. Make another, or call predict."
        )
    if array.dtype.kind not in "fiub" or not np.can_cast(array.dtype, dtype, "same_kind"):
        raise DataError(f"predictor: {name} must hold values of dtype {dtype}, or of a narrower kind. Received {array.dtype}.")
    refuse_beyond(name, array, dtype)
    return np.ascontiguousarray(array, dtype)
