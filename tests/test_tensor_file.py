"""Tensor files: held against the safetensors library both ways, damaged in every bit, and hostile headers."""

from __future__ import annotations

import json
import os
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file

from pellucid.errors import ArgumentError, FileFormatError
from pellucid.tensor_file import parse_json, read_tensors, write_tensors

RNG = np.random.default_rng(0)
SMALL = {"w": np.arange(6, dtype=np.float32).reshape(2, 3), "n": np.array(-3, np.int64)}


def write_raw(path: Path, header: Any, data: bytes = b"", *, length: int | None = None) -> Path:
    """A file with this header, whatever it says."""
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(raw) if length is None else length) + raw + data)
    return path


def described(**entries: Any) -> dict[str, Any]:
    return {"__metadata__": {"pellucid": '{"format": 1}'}, **entries}


def entry(dtype: Any = "F32", shape: Any = (2,), offsets: Any = (0, 8)) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


def test_arrays_come_back_however_they_lie(tmp_path: Path) -> None:
    base = RNG.normal(size=(6, 8)).astype(np.float32)
    arrays = {
        "c": base,
        "transposed": base.T,
        "fortran": np.asfortranarray(base),
        "sliced": base[::2, 1:5],
        "reversed": base[::-1],
        "broadcast": np.broadcast_to(base[0], (3, 8)),
        "big_endian": base.astype(">f8"),
        "scalar": np.array(2.5),
        "empty": np.zeros((0, 3), np.int32),
        "bool": base > 0,
        **{dtype: np.arange(5).astype(dtype) for dtype in ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8")},
    }
    write_tensors(tmp_path / "f", arrays, {"format": 2, "name": "가"})
    content, back = read_tensors(tmp_path / "f")
    assert content == {"format": 2, "name": "가"}
    peer = load_file(tmp_path / "f")
    assert set(back) == set(peer) == set(arrays)
    for name, array in arrays.items():
        for one in (back[name], peer[name]):
            np.testing.assert_array_equal(one, array)
            assert one.dtype == array.dtype.newbyteorder("=")
            assert one.shape == array.shape
        assert back[name].flags.writeable


def test_files_of_the_library_are_read(tmp_path: Path) -> None:
    save_file({"b": SMALL["w"], "a": SMALL["n"]}, tmp_path / "f", metadata={"pellucid": '{"format": 1}'})
    content, arrays = read_tensors(tmp_path / "f")
    assert content == {"format": 1}
    np.testing.assert_array_equal(arrays["b"], SMALL["w"])


def test_every_flipped_bit_is_found(tmp_path: Path) -> None:
    write_tensors(tmp_path / "f", SMALL, {"format": 2})
    whole = (tmp_path / "f").read_bytes()
    for place in range(8 * len(whole)):
        damaged = bytearray(whole)
        damaged[place // 8] ^= 1 << place % 8
        (tmp_path / "g").write_bytes(damaged)
        with pytest.raises(FileFormatError):
            read_tensors(tmp_path / "g")


def test_every_truncation_and_every_addition_is_found(tmp_path: Path) -> None:
    write_tensors(tmp_path / "f", SMALL, {"format": 2})
    whole = (tmp_path / "f").read_bytes()
    for content in (*(whole[:n] for n in range(len(whole))), whole + b"\0", b"\0" + whole):
        (tmp_path / "g").write_bytes(content)
        with pytest.raises(FileFormatError):
            read_tensors(tmp_path / "g")


def test_exchanged_arrays_are_found(tmp_path: Path) -> None:
    """A header that is all right for safetensors, over the same bytes under other names."""
    one, other = np.zeros(4, np.float32), np.ones(4, np.float32)
    write_tensors(tmp_path / "f", {"a": one, "b": other}, {"format": 2})
    with safe_open(str(tmp_path / "f"), framework="numpy") as opened:
        metadata = opened.metadata()
    save_file({"a": other, "b": one}, tmp_path / "f", metadata=metadata)
    with pytest.raises(FileFormatError, match="checksum"):
        read_tensors(tmp_path / "f")


@pytest.mark.parametrize(
    ("header", "data"),
    [
        (described(w=entry(offsets=(0, 1 << 40))), b""),  # more than the file has
        (described(w=entry(shape=(1 << 40, 1 << 40), offsets=(0, 8))), bytes(8)),  # a product beyond 64 bits
        (described(w=entry(shape=(0, 1 << 60), offsets=(0, 0))), b""),
        (described(w=entry(shape=(1 << 30, 1 << 30, 0), offsets=(0, 0))), b""),
        (described(w=entry(shape=(-2,), offsets=(0, 8))), bytes(8)),
        (described(w=entry(shape=(2.0,))), bytes(8)),
        (described(w=entry(shape=(True, 2))), bytes(8)),
        (described(w=entry(shape="2")), bytes(8)),
        (described(w=entry(shape=[1] * 40, offsets=(0, 4))), bytes(4)),
        (described(w=entry(dtype="O")), bytes(8)),
        (described(w=entry(dtype="BF16", shape=(4,))), bytes(8)),
        (described(w=entry(dtype=["F32"])), bytes(8)),
        (described(w=entry(offsets=(8, 0))), bytes(8)),
        (described(w=entry(offsets=(0, 8, 16))), bytes(16)),
        (described(w=entry(), v=entry()), bytes(8)),  # overlapping
        (described(w=entry(), v=entry(offsets=(16, 24))), bytes(24)),  # with a hole between
        (described(w=entry(offsets=(8, 16))), bytes(16)),  # with a hole before
        (described(w={"dtype": "F32", "shape": [2]}), bytes(8)),
        (described(w={**entry(), "code": "x"}), bytes(8)),
        (described(w=[1]), b""),
        (described(**{"": entry()}), bytes(8)),
        (described(**{"a\x1b[31m": entry()}), bytes(8)),
        (described(**{"a" * 2000: entry()}), bytes(8)),
        (described(**{"../../etc/passwd\n": entry()}), bytes(8)),
        ({"w": entry()}, bytes(8)),
        ({"__metadata__": {"pellucid": 3}}, b""),
        ({"__metadata__": {"pellucid": "[" * 100_000}}, b""),
        ({"__metadata__": {"pellucid": "1" * 10_000}}, b""),
        ({"__metadata__": {"pellucid": '{"format": 2}'}}, b""),  # without the checksum that format 2 has
        ({"__metadata__": {"pellucid": '{"format": 1, "format": 1}'}}, b""),
        ({"__metadata__": {"pellucid": '{"format": 1, "deep": ' + "[" * 300 + "]" * 300 + "}"}}, b""),
        ({"__metadata__": [1]}, b""),
        (b'{"w": 1, "w": 1}', b""),
        (b"[1, 2, 3]", b""),
        (b"{" + b'"a":{' * 50_000, b""),
        (b'{"\xff": 1}', b""),
        (b" {}", b""),
    ],
)
def test_a_hostile_header_is_refused(header: Any, data: bytes, tmp_path: Path) -> None:
    with pytest.raises(FileFormatError):
        read_tensors(write_raw(tmp_path / "f", header, data))


@pytest.mark.parametrize("length", [0, 1, 1 << 30, 1 << 62, (1 << 64) - 1])
def test_a_header_of_an_impossible_length_is_refused(length: int, tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"header|length"):
        read_tensors(write_raw(tmp_path / "f", b"{}", bytes(100), length=length))


def test_a_header_beyond_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """A sparse file, which takes no room on the disk, with a header as long as it says."""
    with (tmp_path / "f").open("wb") as file:
        file.write(struct.pack("<Q", 1 << 30))
        file.truncate((1 << 30) + 100)
    with pytest.raises(FileFormatError, match="larger than"):
        read_tensors(tmp_path / "f")


def test_arrays_beyond_the_limit_are_refused_before_they_are_allocated(tmp_path: Path) -> None:
    size = 1 << 44  # 16 TiB, on a disk that has no such room
    header = json.dumps(described(w=entry("U8", [size], [0, size]))).encode()
    with (tmp_path / "f").open("wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        try:
            file.truncate(size + 8 + len(header))
        except OSError:
            pytest.skip("the file system has no such large files")
    with pytest.raises(FileFormatError, match="At most"):
        read_tensors(tmp_path / "f")
    (tmp_path / "f").unlink()
    write_tensors(tmp_path / "f", SMALL, {"format": 2})
    with pytest.raises(FileFormatError, match=r"holds arrays of 32 bytes\. At most 31"):
        read_tensors(tmp_path / "f", limit=31)


def test_more_arrays_than_the_limit_are_refused(tmp_path: Path) -> None:
    entries = {str(n): entry("U8", [0], [0, 0]) for n in range(70_000)}
    with pytest.raises(FileFormatError, match="arrays"):
        read_tensors(write_raw(tmp_path / "f", described(**entries)))
    with pytest.raises(ArgumentError, match="at most"):
        write_tensors(tmp_path / "g", {name: np.zeros(0) for name in entries}, {"format": 2})
    assert not (tmp_path / "g").exists()


def test_truth_values_are_0_or_1(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="truth values"):
        read_tensors(write_raw(tmp_path / "f", described(w=entry("BOOL", [2], [0, 2])), b"\x01\x02"))


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes are POSIX'")
def test_what_is_no_file_is_refused_rather_than_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(FileFormatError, match="not a file"):
            read_tensors(path)


def test_what_cannot_be_held_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    for arrays in ({"w": np.array(["text"])}, {"w": np.array([None])}, {"w": np.zeros(2, complex)}, {"a\n": np.zeros(2)}):
        with pytest.raises(ArgumentError, match="cannot be held"):
            write_tensors(tmp_path / "f", arrays, {"format": 2})
    assert list(tmp_path.iterdir()) == []


def test_the_library_takes_what_is_refused_here_for_another_reason_only(tmp_path: Path) -> None:
    """Its own refusals stay refusals: a check that the hostile headers above are not refused for being badly written."""
    write_raw(tmp_path / "f", described(w=entry()), bytes(8))
    assert read_tensors(tmp_path / "f")[1]["w"].tolist() == load_file(tmp_path / "f")["w"].tolist() == [0, 0]
    write_raw(tmp_path / "f", described(w=entry(), v=entry()), bytes(8))
    with pytest.raises(SafetensorError):
        load_file(tmp_path / "f")


def test_json_is_bounded(tmp_path: Path) -> None:
    assert parse_json('{"a": [1, {"b": null}]}', tmp_path) == {"a": [1, {"b": None}]}
    with pytest.raises(FileFormatError, match="deep"):
        parse_json("[" * 201 + "]" * 201, tmp_path)
