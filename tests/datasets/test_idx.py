"""IDX files: what is read, and what is refused before memory is spent on it."""

import gzip
import struct
import tracemalloc

import numpy as np
import pytest

from pellucid.datasets import read_idx
from pellucid.errors import FileFormatError


def idx(code: int, shape: tuple[int, ...], values: bytes) -> bytes:
    return bytes([0, 0, code, len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + values


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize(
    ("code", "pack", "values"),
    [(0x08, "6B", range(6)), (0x09, "6b", range(-3, 3)), (0x0B, ">6h", range(300, 306)), (0x0C, ">6i", range(-70000, -69994)),
     (0x0D, ">6f", [0.5, -1, 2, 3, 4, 1e30]), (0x0E, ">6d", [0.1, -1, 2, 3, 4, 1e300])],
)  # fmt: skip
def test_values_of_every_type_come_back(tmp_path, code, pack, values, zipped):
    data = idx(code, (2, 3), struct.pack(pack, *values))
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(data) if zipped else data)
    array = read_idx(path)
    assert array.shape == (2, 3)
    assert array.dtype.isnative
    expected = np.array(list(values), dtype="f4" if code == 0x0D else None)
    np.testing.assert_array_equal(array.ravel(), expected)


def test_the_header_of_the_format_s_description(tmp_path):
    """The label file's first bytes as its authors print them: 00000801, 10000 items; then 7, 2."""
    path = tmp_path / "labels"
    path.write_bytes(bytes.fromhex("00000801 00000002 07 02"))
    assert read_idx(path).tolist() == [7, 2]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "first four bytes"),
        (b"PK\x03\x04....", "first four bytes"),
        (bytes([0, 0, 0x0A, 1]), "first four bytes"),
        (bytes([0, 0, 8, 0]), "first four bytes"),
        (bytes([0, 0, 8, 3, 0, 0]), "header ends"),
        (idx(8, (2, 3), b"12345"), "only 5"),
        (idx(8, (2, 3), b"1234567"), "the file holds more"),
        (idx(8, (2**32 - 1,) * 8, b"123456"), "declares"),
    ],
)
def test_what_is_not_idx_is_refused(tmp_path, data, what):
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(FileFormatError, match=what):
        read_idx(path)


@pytest.mark.parametrize(("values", "what"), [(b"12345", "only 5"), (b"1234567", "more")])
def test_a_gzip_file_must_hold_what_it_declares(tmp_path, values, what):
    path = tmp_path / "file.gz"
    path.write_bytes(gzip.compress(idx(8, (2, 3), values)))
    with pytest.raises(FileFormatError, match=what):
        read_idx(path)


def test_a_damaged_gzip_stream_is_refused(tmp_path):
    whole = gzip.compress(idx(8, (1000,), np.random.default_rng(0).bytes(1000)))
    for name, data in {"short": whole[:-200], "flipped": whole[:300] + b"\xff\x00\xff" + whole[303:]}.items():
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(FileFormatError):
            read_idx(path)


def test_nothing_large_is_allocated_for_a_size_that_cannot_be(tmp_path):
    bomb = tmp_path / "bomb.gz"
    bomb.write_bytes(gzip.compress(idx(8, (2**31,), b"")))
    zeros = tmp_path / "zeros.gz"
    zeros.write_bytes(gzip.compress(idx(8, (10,), bytes(50_000_000))))
    tracemalloc.start()
    try:
        with pytest.raises(FileFormatError, match="possible or allowed"):
            read_idx(bomb)
        with pytest.raises(FileFormatError, match="holds more"):
            read_idx(zeros)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_the_limit_is_the_caller_s(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(idx(8, (100,), bytes(100)))
    assert read_idx(path, limit=100).shape == (100,)
    with pytest.raises(FileFormatError, match="at most 99"):
        read_idx(path, limit=99)


def test_an_axis_of_0_does_not_let_the_others_be_anything(tmp_path):
    """Found by fuzzing: no value is declared, but NumPy has no array of such a shape."""
    (tmp_path / "f").write_bytes(b"\0\0\x08\x04" + struct.pack(">4I", 0, 2**32 - 1, 2**32 - 1, 2**32 - 1))
    with pytest.raises(FileFormatError, match="declares"):
        read_idx(tmp_path / "f")
