"""Model files: architecture, weights, settings and optimizer in one tensor file. Nothing that is loaded can run code."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy.typing as npt

from pellucid import losses
from pellucid.arguments import integer
from pellucid.autodiff.budget import budget_of
from pellucid.autodiff.nest import flatten
from pellucid.errors import ArgumentError, FileFormatError
from pellucid.layers.room import room_for
from pellucid.models.model import Model
from pellucid.tensor_file import read_tensors, write_tensors

Array = npt.NDArray[Any]

FORMAT = 2  # 1 had no checksum, preprocessing or label names
_OPTIMIZER = "optimizer/"
_SAMPLES = f"{_OPTIMIZER}samples"  # since the last update, where gradients are accumulated
TRAINING = "training:"  # no attribute, hence no weight, has a name with a colon
_CODE = "(a function)"  # no name of a loss, metric or optimizer
_SHOWN = 20
_MOST_OPERATIONS = 30_000  # of a graph; about a second, and far more than plans are made of
_ROOM = 1 << 24  # so that a file that lacks a weight is told which


def save_model(model: Model, path: str | Path) -> None:
    """Write all that makes the model again; the file before stays whole whatever fails.

    Raises:
        ArgumentError: the model has no weights yet, or is Python code, which a file cannot hold.
        OSError: the disk is full or fails.
    """
    _require_weights(model)
    described = model._describe()
    content, arrays = contents(model)
    write_tensors(path, arrays, {**content, "architecture": described})


def save_weights(model: Model, path: str | Path) -> None:
    """Write the weights alone."""
    _require_weights(model)
    write_tensors(path, _weights(model), {"format": FORMAT})


def load_model(path: str | Path) -> Model:
    """The model of a file that ``model.save`` wrote, compiled as it was; training goes on as if it had not been interrupted.

    Where loss or metrics are functions of your own, which a file cannot hold, the model has its optimizer and waits for the rest:
    ``model.compile(model.optimizer, loss=...)`` goes on from the optimizer's state.

    Files of strangers are safe to load: names of classes are looked up among Pellucid's and those that ``register`` made known,
    nothing is run, and no more memory is taken than the file's own size warrants.

    Raises:
        FileFormatError: the file is not a model, is damaged, holds a class that is not known here, or its weights do not fit its
            architecture.
    """
    from pellucid.models.architecture import make

    content, arrays = read_contents(path)
    if "architecture" not in content:
        why = f" ({content['undescribed']})" if isinstance(content.get("undescribed"), str) else ""
        raise FileFormatError(
            f"{path}: the file holds weights without an architecture{why}. Make the model, then model.load_weights(path)."
        )
    with _made_from(path):
        with room_for(_ROOM + 2 * sum(array.nbytes for array in arrays.values())), budget_of(_MOST_OPERATIONS):
            model = make(content["architecture"])
            if not isinstance(model, Model):
                raise FileFormatError("the file holds a layer, not a model.")
        assign(model, arrays, path)
        settings = content.get("compile")
        if settings is not None:
            model.compile(**settings)
        elif content.get("optimizer") is not None:
            model.take_optimizer(content["optimizer"])
        if model._slots is not None:
            restore_optimizer(model, content.get("iterations", 0), arrays, path)
        model._uncompiled = _text(content.get("uncompiled"))
        model.preprocessing, model.label_names = content.get("preprocessing"), _label_names(content.get("label_names"))
    return model


def load_weights(model: Model, path: str | Path) -> None:
    """Read weights into ``model``; nothing is changed where one does not fit.

    Raises:
        FileFormatError: the file is damaged, or a weight is missing, unknown or of another shape; each is named.
    """
    assign(model, read_contents(path)[1], path)


def contents(model: Model) -> tuple[dict[str, Any], dict[str, Array]]:
    """What a file holds of a model beside its architecture: the description, and the arrays by name."""
    content: dict[str, Any] = {"format": FORMAT}
    content["compile"], content["uncompiled"] = compile_settings(model)
    content["preprocessing"], content["label_names"] = model.preprocessing, model.label_names
    for name in ("preprocessing", "label_names"):
        try:
            json.dumps(content[name])
        except (TypeError, ValueError, RecursionError) as error:
            raise ArgumentError(f"{model.name}: {name} must be what JSON can hold: {error}.") from None
    if model._slots is None:
        return content, _weights(model)
    if content["compile"] is None:  # a function of the user's own keeps back the rest, not the optimizer
        told = _told(model.optimizer)
        content["optimizer"] = None if told == _CODE else told
    content["iterations"] = model.optimizer.batches
    return content, _weights(model) | _optimizer_state(model)


def read_contents(path: str | Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Description and arrays of a file of this format or an earlier one.

    Raises:
        FileFormatError: the file is none.
    """
    content, arrays = read_tensors(path)
    version = content.get("format")
    if type(version) is not int or not 1 <= version <= FORMAT:
        raise FileFormatError(
            f"{path}: formats 1 to {FORMAT} are read. Received {version!r:.40}; a newer Pellucid may have written it."
        )
    return content, arrays


def assign(model: Model, arrays: Mapping[str, Array], path: str | Path) -> None:
    """Put the file's weights into the model; nothing is changed where one does not fit.

    Raises:
        FileFormatError: names every weight that does not fit, and why.
    """
    named = model.named_weights()
    arrays = {name: array for name, array in arrays.items() if not name.startswith((_OPTIMIZER, TRAINING))}
    wrong = [f"{name}: missing from the file" for name in named if name not in arrays]
    wrong += [f"{name}: not in the model" for name in arrays if name not in named]
    for name, parameter in named.items():
        array = arrays.get(name)
        if array is not None and array.shape != parameter.shape:
            wrong.append(f"{name}: shape {array.shape} in the file, {parameter.shape} in the model")
        elif array is not None and array.dtype.kind != parameter.dtype.kind:
            wrong.append(f"{name}: {array.dtype} in the file, {parameter.dtype} in the model")
    if wrong:
        shown = [*wrong[:_SHOWN], *([f"and {len(wrong) - _SHOWN} more"] if len(wrong) > _SHOWN else [])]
        raise FileFormatError(
            f"{path}: the weights do not fit the model, and nothing was changed. Make the model as it was when it was saved.\n  "
            + "\n  ".join(shown)
        )
    for name, parameter in named.items():
        parameter.assign(arrays[name])


def restore_optimizer(model: Model, iterations: Any, arrays: Mapping[str, Array], path: str | Path) -> None:
    """Put the file's optimizer state into the compiled model.

    Raises:
        FileFormatError: it does not fit the model and its optimizer.
    """
    slots = model._slots
    assert slots is not None
    stored = {name: array for name, array in arrays.items() if name.startswith(_OPTIMIZER)}
    samples = stored.pop(_SAMPLES, None)
    found, untouched = [], []
    for name, parameter in model.named_weights().items():
        state = {slot: stored.pop(f"{_OPTIMIZER}{slot}/{name}", None) for slot in slots.names(parameter)}
        if all(array is None for array in state.values()):
            untouched.append(parameter)
            continue
        for slot, array in state.items():
            if array is None or array.shape != parameter.shape or array.dtype.kind != "f":
                raise FileFormatError(f"{path}: the optimizer's state {slot!r} of {name} is missing or has another shape.")
        found.append((parameter, state))
    if stored:
        raise FileFormatError(f"{path}: {', '.join(stored)} do not fit the model and its optimizer.")
    model.optimizer.batches = integer(str(path), "iterations", iterations, at_least=0)
    slots.samples[0] = 0 if samples is None else samples.reshape(-1)[0]
    slots.make([parameter for parameter, _ in found])
    for parameter in untouched:  # what was made for them since the file was written begins anew
        for slot, array in slots.made(parameter).items():
            array[...] = slots.optimizer.member(parameter.name).first_value(slot, parameter.array)
    for parameter, state in found:
        for slot, array in state.items():
            slots.of(parameter)[slot][...] = array


def compile_settings(model: Model) -> tuple[dict[str, Any] | None, str]:
    """What can be said as data; where a function of the user's own keeps it from that, which setting it is."""
    if model._settings is None:
        return None, ""
    settings = told_settings(model)
    return next(((None, name) for name, value in settings.items() if _CODE in flatten(value)), (settings, ""))


def told_settings(model: Model) -> dict[str, Any]:
    """Each setting of ``compile`` as data; a word in the place of what is the user's own code."""
    assert model._settings is not None
    told = {name: _told(value) for name, value in {"optimizer": model.optimizer, **model._settings}.items()}
    return {"run_eagerly": model.run_eagerly, **told}


@contextmanager
def _made_from(path: str | Path) -> Iterator[None]:
    """Whatever goes wrong while objects are made from what a file says is told as a fault of the file."""
    try:
        yield
    except FileFormatError as error:
        raise FileFormatError(str(error) if str(error).startswith(str(path)) else f"{path}: {error}") from error
    except Exception as error:
        raise FileFormatError(
            f"{path}: the model in the file cannot be made: {error} A class of your own is made known, before loading, by "
            "register, as in @pellucid.layers.register()."
        ) from error


def _require_weights(model: Model) -> None:
    if not model.built:
        raise ArgumentError(f"{model.name}: there are no weights to save yet. Train it, call it, or begin with Input(shape).")


def _weights(model: Model) -> dict[str, Array]:
    return {name: p.array for name, p in model.named_weights().items()}


def _optimizer_state(model: Model) -> dict[str, Array]:
    """The optimizer's arrays, named "optimizer/<slot>/<name of the weight>"."""
    assert model._slots is not None
    made = {name: model._slots.made(p) for name, p in model.named_weights().items()}
    state = {f"{_OPTIMIZER}{slot}/{name}": array for name, slots in made.items() for slot, array in slots.items()}
    accumulates = model.optimizer.gradient_accumulation_steps is not None
    return state | ({_SAMPLES: model._slots.samples} if accumulates else {})


def _told(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_told(v) for v in value]
    if isinstance(value, dict):
        return {key: _told(v) for key, v in value.items()}
    try:
        plain = losses.serialize(value) if hasattr(value, "get_config") else value
        json.dumps(plain)
    except (TypeError, ValueError, NotImplementedError):
        return _CODE
    return plain


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _label_names(value: Any) -> list[str] | None:
    if value is not None and not (isinstance(value, list) and all(isinstance(name, str) for name in value)):
        raise FileFormatError(f"label_names must be a list of names. Received {value!r:.80}.")
    return value
