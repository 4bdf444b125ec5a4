"""Model files from strangers: refused, by our own error, before they can take memory or run anything."""

from __future__ import annotations

import contextlib
import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ArgumentError, FileFormatError
from pellucid.tensor_file import read_tensors, write_tensors
from tests.support.tensor_files import rewrite
from tests.support.training import assert_same_bits, classifier, clusters

X, Y = clusters()


@pytest.fixture(scope="module")
def stack(tmp_path_factory) -> Path:
    model = classifier(dropout=0.2, normalize=True)
    model.fit(X, Y, verbose=0)
    model.save(path := tmp_path_factory.mktemp("m") / "stack")
    return path


@pytest.fixture(scope="module")
def graph(tmp_path_factory) -> Path:
    x = pl.Input((4,), name="x")
    h = pl.ops.clip(pl.layers.Dense(3)(x) * 2, -1.0, 1.0)
    pl.Model(x, pl.ops.cast(h[:, 1:], "float64")).save(path := tmp_path_factory.mktemp("m") / "graph")
    return path


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value in a nest of lists and dictionaries."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


def put(nest: Any, path: tuple[Any, ...], value: Any) -> None:
    for key in path[:-1]:
        nest = nest[key]
    nest[path[-1]] = value


STRANGE: list[Any] = [
    None, True, -1, 0, 1.5, 10**9, 10**30, 1e308, float("nan"), "", "x", "__import__('os').system('true')", "os.system",
    "\x1b[2J", "a" * 300, [], {}, [[]], {"class_name": "Sequential"}, {"open": "x"}, {"dtype": "O"}, {"dtype": "S1000000000"},
    {"class_name": "Dense", "config": {"units": 10**9}},
]  # fmt: skip


@pytest.mark.parametrize("which", ["stack", "graph"])
def test_any_place_of_a_description_may_hold_anything(which: str, request, tmp_path: Path) -> None:
    """Every place, each with some strange values in turn: either our own error, or a model that works as before."""
    content, arrays = read_tensors(request.getfixturevalue(which))
    ways = places(content)[1:]
    for number, path in enumerate(ways):
        for turn in range(2):
            changed = copy.deepcopy(content)
            put(changed, path, STRANGE[(2 * number + turn) % len(STRANGE)])
            write_tensors(tmp_path / "f", arrays, changed)
            with contextlib.suppress(FileFormatError):
                pl.load_model(tmp_path / "f")


@pytest.mark.parametrize(
    "change",
    [
        lambda config: config["layers"][0]["config"].update(units=10**9),
        lambda config: config["input"].update(shape=[None, 10**9]),
        lambda config: config["input"].update(shape=[None, 10**6, 10**6]),
        lambda config: config.update(layers=config["layers"] + 30 * [{"class_name": "Dense", "config": {"units": 10**5}}]),
    ],
)
def test_a_description_cannot_ask_for_more_memory_than_the_file_warrants(change, stack: Path, tmp_path: Path) -> None:
    rewrite(stack, lambda content, arrays: change(content["architecture"]["config"]), tmp_path / "f")
    with pytest.raises(FileFormatError, match=r"more than the file holds|cannot be made"):
        pl.load_model(tmp_path / "f")


L = pl.layers
HUGE = 10**9
GREEDY: list[Any] = [
    # layer, shape of its input, and what its file is made to say
    (lambda: L.RepeatVector(2), (3,), lambda c: c["layers"][0]["config"].update(n=HUGE)),
    (lambda: L.GRU(2, unroll=True), (4, 3), lambda c: c["input"].update(shape=[None, HUGE, 3])),
    (lambda: L.RNN([L.LSTMCell(2), L.GRUCell(2)], unroll=True), (4, 3), lambda c: c["input"].update(shape=[None, HUGE, 3])),
    (lambda: L.SinePositionEncoding(), (4, 3), lambda c: c["input"].update(shape=[None, HUGE, 3])),
    (lambda: L.PositionEmbedding(8), (4, 3), lambda c: c["layers"][0]["config"].update(sequence_length=HUGE)),
    (lambda: L.MultiHeadAttention(2, 2), (4, 3), lambda c: c["layers"][0]["config"].update(num_heads=HUGE)),
    (lambda: L.LayerNormalization(center=False, scale=False), (3,), lambda c: c["input"].update(shape=[None, HUGE])),
    (lambda: L.GroupNormalization(1, center=False, scale=False), (2, 3), lambda c: c["input"].update(shape=[None, HUGE, 3])),
    (lambda: L.Conv2D(2, 2), (4, 4, 2), lambda c: c["layers"][0]["config"].update(kernel_size=[HUGE, HUGE])),
    (lambda: L.Embedding(3, 2), (3,), lambda c: c["layers"][0]["config"].update(input_dim=HUGE)),
]


@pytest.mark.parametrize(("make", "shape", "change"), GREEDY)
def test_no_layer_asks_for_time_or_memory_out_of_proportion(make, shape, change, tmp_path: Path) -> None:
    """Not for weights, constants or steps that are written into the graph: each of these would take minutes or gigabytes."""
    layer = make()
    if isinstance(layer, L.MultiHeadAttention):
        x = pl.Input(shape)
        pl.Model(x, layer(x, x)).save(tmp_path / "f")
    else:
        pl.Sequential([pl.Input(shape), layer]).save(tmp_path / "f")
    rewrite(tmp_path / "f", lambda content, arrays: change(content["architecture"]["config"]))
    with pytest.raises(FileFormatError, match=r"more than the file holds|more than a file may ask for|cannot be made"):
        pl.load_model(tmp_path / "f")


def test_a_causal_mask_of_a_hostile_length_is_refused(tmp_path: Path) -> None:
    q, v = pl.Input((4, 2)), pl.Input((5, 2))
    mask = pl.Model([q, v], L.Attention()([q, v], use_causal_mask=True, return_attention_scores=True)[1])
    mask.save(tmp_path / "f")

    def longer(content: Any, arrays: Any) -> None:
        for entry in content["architecture"]["config"]["inputs"]:
            entry["shape"][1] = 10**6

    rewrite(tmp_path / "f", longer)
    with pytest.raises(FileFormatError, match="more than the file holds"):
        pl.load_model(tmp_path / "f")


@pytest.mark.skipif(sys.platform != "linux", reason="the limit on memory is Linux'")
def test_the_memory_is_bounded_in_fact(stack: Path, tmp_path: Path) -> None:
    def huge(content: Any, arrays: Any) -> None:
        content["architecture"]["config"]["layers"][0]["config"]["units"] = 3 * 10**8

    rewrite(stack, huge, tmp_path / "f")
    program = f"""
import resource
import pellucid as pl
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    pl.load_model({str(tmp_path / "f")!r})
except pl.errors.FileFormatError:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", "import pellucid.errors\n" + program], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 200_000  # kB; scikit-learn and SciPy may be among it


def test_deep_nesting_is_refused(stack: Path, tmp_path: Path) -> None:
    inner: Any = {"class_name": "Dense", "config": {"units": 1}}
    for _ in range(60):
        inner = {"class_name": "Sequential", "config": {"name": "s", "dtype": "float32", "input": None, "layers": [inner]}}
    content, arrays = read_tensors(stack)
    write_tensors(tmp_path / "f", arrays, content | {"architecture": inner})
    with pytest.raises(FileFormatError):
        pl.load_model(tmp_path / "f")


class Foreign(pl.layers.Layer):
    """Was not made known."""

    def call(self, inputs: Any) -> Any:
        return inputs


def test_a_class_that_is_not_known_is_asked_for(tmp_path: Path) -> None:
    model = pl.Sequential([pl.Input((4,)), Foreign(), pl.layers.Dense(2)])
    model.save(tmp_path / "f")
    with pytest.raises(FileFormatError, match=r"'Foreign' is not known.*register"):
        pl.load_model(tmp_path / "f")


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31m", "a" * 300])
def test_names_that_could_not_be_read_again_are_refused_on_saving(name: str, tmp_path: Path) -> None:
    model = pl.Sequential([pl.Input((4,)), pl.layers.Dense(2)])
    model.layers[0].name = name
    with pytest.raises(ArgumentError, match="printable"):
        model.save(tmp_path / "f")


def test_label_names_and_preprocessing_come_back_and_must_be_plain(tmp_path: Path) -> None:
    model = classifier()
    model.label_names, model.preprocessing = ["0", "한", "\n"], {"mean": [0.1, None], "kind": "scaler"}
    model.save(tmp_path / "f")
    again = pl.load_model(tmp_path / "f")
    assert (again.label_names, again.preprocessing) == (model.label_names, model.preprocessing)
    model.preprocessing = np.zeros(3)
    with pytest.raises(ArgumentError, match="preprocessing must be what JSON can hold"):
        model.save(tmp_path / "f")
    assert pl.load_model(tmp_path / "f").label_names == again.label_names
    for wrong in ("abc", [1], {"a": 1}):
        rewrite(tmp_path / "f", lambda content, arrays, wrong=wrong: content.update(label_names=wrong), tmp_path / "g")
        with pytest.raises(FileFormatError, match="label_names"):
            pl.load_model(tmp_path / "g")


def test_mismatches_are_named_one_by_one_and_nothing_is_changed(tmp_path: Path) -> None:
    classifier(normalize=True).save_weights(tmp_path / "w")
    rewrite(tmp_path / "w", lambda content, arrays: arrays.update({"_stack/0/bias": np.zeros(8, np.int64)}))
    model = classifier()
    before = model.get_weights()
    with pytest.raises(FileFormatError) as caught:
        model.load_weights(tmp_path / "w")
    lines = sorted(line.strip() for line in str(caught.value).splitlines()[1:])
    assert lines == [
        "_stack/0/bias: int64 in the file, float32 in the model",
        "_stack/1/beta: not in the model",
        "_stack/1/bias: missing from the file",
        "_stack/1/gamma: not in the model",
        "_stack/1/kernel: missing from the file",
        "_stack/1/moving_mean: not in the model",
        "_stack/1/moving_variance: not in the model",
        "_stack/2/bias: not in the model",
        "_stack/2/kernel: not in the model",
    ]
    assert_same_bits(before, model.get_weights())


def test_the_file_is_json_and_arrays_alone(stack: Path) -> None:
    """What a stranger's program sees: no pickle's opcodes, and a description that any JSON parser takes."""
    raw = stack.read_bytes()
    header = json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")])
    assert set(json.loads(header["__metadata__"]["pellucid"])) >= {"format", "architecture", "compile", "iterations"}
