"""Model files: one safetensors file with the architecture as JSON in its metadata. Nothing that is loaded can run code."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid import losses, optimizers
from pellucid.arguments import integer
from pellucid.errors import ArgumentError, FileFormatError
from pellucid.models.model import Model

Array = npt.NDArray[Any]

_KEY = "pellucid"
_FORMAT = 1
_OPTIMIZER = "optimizer/"


def save_model(model: Model, path: str | Path) -> None:
    """Write architecture, weights and compile settings; the file before stays whole whatever fails."""
    from pellucid.models.architecture import describe

    if not model.built:
        raise ArgumentError(f"{model.name}: there are no weights to save yet. Train it, call it, or begin with Input(shape).")
    content: dict[str, Any] = {"format": _FORMAT, "architecture": describe(model)}
    settings, content["uncompiled"] = _compile_settings(model)
    content["compile"] = settings
    if settings is None:
        _write(path, _weights(model), content)
        return
    content["iterations"] = model.optimizer.iterations
    _write(path, _weights(model) | _optimizer_state(model), content)


def save_weights(model: Model, path: str | Path) -> None:
    """Write the weights alone."""
    if not model.built:
        raise ArgumentError(f"{model.name}: there are no weights to save yet. Train it, call it, or begin with Input(shape).")
    _write(path, _weights(model), {"format": _FORMAT})


def load_model(path: str | Path) -> Model:
    """The model of a file that ``model.save`` wrote, compiled as it was; training goes on as if it had not been interrupted.

    Raises:
        FileFormatError: the file is not a model, is damaged, or its weights do not fit its architecture.
    """
    from pellucid.models.architecture import make

    content, arrays = _read(path)
    if "architecture" not in content:
        raise FileFormatError(
            f"{path}: the file holds weights without an architecture. Make the model, then model.load_weights(path)."
        )
    model = make(content["architecture"])
    if not isinstance(model, Model):
        raise FileFormatError(f"{path}: the file holds a layer, not a model.")
    _assign(model, arrays, path)
    settings = content.get("compile")
    if settings is not None:
        try:
            model.compile(**settings)
        except TypeError as error:
            raise FileFormatError(f"{path}: the compile settings in the file are damaged: {error}.") from None
        _restore_optimizer(model, content.get("iterations", 0), arrays, path)
    model._uncompiled = content.get("uncompiled") or ""
    return model


def load_weights(model: Model, path: str | Path) -> None:
    """Read weights into ``model``; nothing is changed where one does not fit."""
    _assign(model, _read(path)[1], path)


def _weights(model: Model) -> dict[str, Array]:
    return {name: p.array for name, p in model.named_weights().items()}


def _optimizer_state(model: Model) -> dict[str, Array]:
    """The optimizer's arrays, named "optimizer/<slot>/<name of the weight>"."""
    assert model._slots is not None
    made = {name: model._slots.made(p) for name, p in model.named_weights().items()}
    return {f"{_OPTIMIZER}{slot}/{name}": array for name, slots in made.items() for slot, array in slots.items()}


def _restore_optimizer(model: Model, iterations: Any, arrays: dict[str, Array], path: str | Path) -> None:
    slots = model._slots
    assert slots is not None
    model.optimizer.iterations = integer(str(path), "iterations", iterations, at_least=0)
    stored = {name: array for name, array in arrays.items() if name.startswith(_OPTIMIZER)}
    for name, parameter in model.named_weights().items():
        state = {slot: stored.pop(f"{_OPTIMIZER}{slot}/{name}", None) for slot in slots.optimizer.slots}
        if all(array is None for array in state.values()):
            continue
        slots.make([parameter])
        for slot, array in state.items():
            if array is None or array.shape != parameter.shape:
                raise FileFormatError(f"{path}: the optimizer's state {slot!r} of {name} is missing or has another shape.")
            slots.of(parameter)[slot][...] = array
    if stored:
        raise FileFormatError(f"{path}: {', '.join(stored)} do not fit the model and its optimizer.")


def _compile_settings(model: Model) -> tuple[dict[str, Any] | None, str]:
    """What can be said as data; where a function of the user's own keeps it from that, which setting it is."""
    if model._settings is None:
        return None, ""
    settings = {"optimizer": optimizers.serialize(model.optimizer)}
    for name, value in model._settings.items():
        try:
            plain = _plain(value)
            json.dumps(plain)
        except (TypeError, NotImplementedError):
            return None, name
        settings[name] = plain
    return settings, ""


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {key: _plain(v) for key, v in value.items()}
    return losses.serialize(value) if hasattr(value, "get_config") else value


def _write(path: str | Path, arrays: dict[str, Array], content: dict[str, Any]) -> None:
    """To a temporary file beside it, flushed to the disk, then put in place in one step."""
    from safetensors.numpy import save

    # safetensors writes the memory as it lies: an array that is not contiguous would be garbled.
    data = save({name: np.ascontiguousarray(a) for name, a in arrays.items()}, metadata={_KEY: json.dumps(content)})
    target = Path(path)
    if not target.parent.is_dir():
        raise ArgumentError(f"save: the folder {str(target.parent)!r} does not exist. Make it first.")
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _flush_folder(target.parent)


def _flush_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _read(path: str | Path) -> tuple[dict[str, Any], dict[str, Array]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), framework="numpy") as file:
            metadata = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dictionary)
    except FileNotFoundError:
        raise FileFormatError(f"{path}: there is no such file.") from None
    except (SafetensorError, OSError, ValueError) as error:
        raise FileFormatError(f"{path}: not a readable safetensors file: {error}.") from None
    if _KEY not in metadata:
        raise FileFormatError(f"{path}: a safetensors file, but not one that Pellucid wrote.")
    try:
        content = json.loads(metadata[_KEY])
    except json.JSONDecodeError as error:
        raise FileFormatError(f"{path}: the description in the file is damaged: {error}.") from None
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise FileFormatError(f"{path}: format {_FORMAT} is needed. Received another; a newer Pellucid may have written it.")
    return content, arrays


def _assign(model: Model, arrays: dict[str, Array], path: str | Path) -> None:
    named = model.named_weights()
    arrays = {name: array for name, array in arrays.items() if not name.startswith(_OPTIMIZER)}
    wrong = [f"{name}: missing from the file" for name in named if name not in arrays]
    wrong += [f"{name}: not in the model" for name in arrays if name not in named]
    wrong += [
        f"{name}: shape {arrays[name].shape} in the file, {p.shape} in the model"
        for name, p in named.items()
        if name in arrays and arrays[name].shape != p.shape
    ]
    if wrong:
        raise FileFormatError(f"{path}: the weights do not fit the model. " + "; ".join(wrong[:10]))
    for name, parameter in named.items():
        parameter.assign(arrays[name])
