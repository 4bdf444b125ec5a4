"""Every loader with whole files for it, and the mutations that know its format."""

from __future__ import annotations

import gzip
import random
import struct
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import pellucid as pl
from pellucid.callbacks import Checkpoint, EarlyStopping
from pellucid.data.archives import read_npz
from pellucid.data.tables import read_table
from pellucid.datasets.idx import read_idx
from pellucid.errors import PellucidError
from tests.fuzz.mutations import BLIND, Mutation, archive_member, cell, gzipped, tensor_content, tensor_header
from tests.support.layer_cases import CASES as LAYERS
from tests.support.training import classifier, clusters

X, Y = clusters(20)


@dataclass(frozen=True)
class Loader:
    """How a kind of file is loaded.

    Args:
        ending: of such files' names.
        load: raises a `PellucidError` for whatever it does not take.
        samples: writes whole files into a folder.
        knowing: mutations that know the format, beside the blind ones.
    """

    ending: str
    load: Callable[[Path], Any]
    samples: Callable[[Path], list[bytes]]
    knowing: tuple[Mutation, ...]

    def mutated(self, random: random.Random, sample: bytes) -> bytes:
        """A file with one to three mutations, most often one."""
        for _ in range(random.choice((1, 1, 1, 2, 3))):
            mutation = random.choice(self.knowing) if random.random() < 0.5 else random.choice(BLIND)
            try:
                sample = mutation(random, sample)
            except Exception:  # an earlier one has left nothing that this one understands
                sample = random.choice(BLIND)(random, sample)
        return sample


def refused_or_read(loader: Loader, path: Path) -> bool:
    """Load the file; whether it was refused, in which case by our own error. Any other error comes through."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            loader.load(path)
        except PellucidError:
            return True
        return False


def _model_files(folder: Path) -> list[bytes]:
    x = pl.Input((4,), name="x")
    h = pl.ops.clip(pl.layers.Dense(3, activation="tanh")(x) * 2, -1.0, 1.0)
    graph = pl.Model(x, pl.ops.mean(h[:, 1:], axis=-1))
    graph.compile("sgd", "mse")
    stack = classifier(dropout=0.2, normalize=True, l2=0.1)
    stack.fit(X, Y, verbose=0)
    files = []
    for number, model in enumerate((stack, graph)):
        model.save(folder / f"model-{number}")
        files.append((folder / f"model-{number}").read_bytes())
    return files


def _every_layer(folder: Path) -> list[bytes]:
    """A model of each layer that there is, in its many forms."""
    files = []
    for case in LAYERS:
        inputs = case.inputs()
        try:
            pl.Model(inputs, case.make()(inputs)).save(folder / "layer")
        except PellucidError:  # a layer around a function of one's own, which no file holds
            continue
        files.append((folder / "layer").read_bytes())
    return files


def _trained(folder: Path, resume: Path | None = None) -> Any:
    model = classifier(dropout=0.2)
    checkpoint = Checkpoint(folder, minutes=None)
    watch = [EarlyStopping("loss", restore_best_weights=True)]
    model.fit(X, Y, epochs=1, verbose=0, callbacks=watch, checkpoint=checkpoint, resume=resume)
    return checkpoint


def _checkpoints(folder: Path) -> list[bytes]:
    written = _trained(folder / "run").folder
    return [written.file(written.steps()[-1]).read_bytes()]


def _load_checkpoint(path: Path) -> None:
    _trained(path.parent / "elsewhere", path)
    for file in (path.parent / "elsewhere").glob("checkpoint-*"):
        file.unlink()


def _idx_files(folder: Path) -> list[bytes]:
    images = np.arange(2 * 5 * 4, dtype=np.uint8).reshape(2, 5, 4)
    plain = b"\0\0\x08\x03" + struct.pack(">3I", *images.shape) + images.tobytes()
    floats = b"\0\0\x0d\x01" + struct.pack(">I", 6) + np.arange(6, dtype=">f4").tobytes()
    return [plain, floats, gzip.compress(plain, 1)]


def _archives(folder: Path) -> list[bytes]:
    np.savez(folder / "plain.npz", x=np.ones((6, 3), np.float32), y=np.arange(6))
    x, y = np.ones((6, 3)), np.ones(6)
    np.savez_compressed(folder / "parts.npz", x_train=x, y_train=y, x_test=x[:2], y_test=y[:2])
    return [(folder / name).read_bytes() for name in ("plain.npz", "parts.npz")]


def _tables(folder: Path) -> list[bytes]:
    numbers = b"a,b,kind\n1,2.5,x\n3,4.5,y\n5,,x\n7,8e3,y\n9,-1,x\n"
    words = '나이,city,"day",kind\n31,Seoul,2020-01-02,1\n42,"Bu,san",2021-05-06,0\n?,Seoul,2021-05-07,1\n'.encode()
    return [numbers, words, words.replace(b",", b";")]


LOADERS = {
    "model": Loader("safetensors", pl.load_model, _model_files, (tensor_header, tensor_content)),
    "layers": Loader("safetensors", pl.load_model, _every_layer, (tensor_content,)),
    "checkpoint": Loader("safetensors", _load_checkpoint, _checkpoints, (tensor_header, tensor_content)),
    "idx": Loader("idx", lambda path: read_idx(path, limit=1 << 28), _idx_files, (gzipped,)),
    "npz": Loader("npz", read_npz, _archives, (archive_member,)),
    "csv": Loader("csv", lambda path: read_table(path, "kind"), _tables, (cell,)),
}
