"""Mutations: whole files made into damaged and hostile ones, blindly or by somebody who knows the format."""

from __future__ import annotations

import copy
import io
import json
import random
import struct
import zipfile
from collections.abc import Callable
from typing import Any

Mutation = Callable[[random.Random, bytes], bytes]

STRANGE: list[Any] = [
    None, True, False, -1, 0, 1, 2, 1.5, -0.0, 255, 2**31, 10**9, 2**63, 10**30, 1e308, float("nan"), float("inf"), "", "x", "0",
    "os.system", "\x1b[2J", "a" * 300, "한", "../../x", [], {}, [[]], [None], [0], [-1, 8], {"": 0}, {"class_name": "Sequential"},
    {"class_name": "Dense", "config": {"units": 10**9}}, {"open": "x"}, {"open": 10**9}, {"dtype": "O"}, {"$array": "x"}, "F64",
    "O",
]  # fmt: skip
NUMBERS = [0, 1, 2, 3, 7, 8, 127, 128, 255, 256, 2**15, 2**16, 2**24, 2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**63 - 1, 2**64 - 1]


def flip(random: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 8))):
        if changed:
            changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def truncate(random: random.Random, data: bytes) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def insert(random: random.Random, data: bytes) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + random.randbytes(random.choice((1, 2, 8, 100))) + data[at:]


def delete(random: random.Random, data: bytes) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + data[at + random.choice((1, 2, 8, 100)) :]


def repeat(random: random.Random, data: bytes) -> bytes:
    at, size = random.randrange(len(data) + 1), random.choice((1, 8, 64, 512))
    return data[: at + size] + data[at : at + size] * random.choice((1, 1, 50)) + data[at + size :]


def number(random: random.Random, data: bytes) -> bytes:
    """A telling number of 1 to 8 bytes somewhere, most often near the beginning, where sizes stand."""
    width = random.choice((1, 2, 4, 8))
    packed = (random.choice(NUMBERS) & (1 << 8 * width) - 1).to_bytes(width, random.choice(("little", "big")))
    at = random.randrange(min(len(data), random.choice((16, 200, len(data) or 1))) or 1)
    return data[:at] + packed + data[at + width :]


def swap(random: random.Random, data: bytes) -> bytes:
    one, other = sorted((random.randrange(len(data) + 1), random.randrange(len(data) + 1)))
    return data[other:] + data[one:other] + data[:one]


BLIND: list[Mutation] = [flip, truncate, insert, delete, repeat, number, swap]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


def changed_json(random: random.Random, value: Any) -> Any:
    """Up to three places changed: replaced, removed, doubled, exchanged, or renamed."""
    value = copy.deepcopy(value)
    for _ in range(random.choice((1, 1, 2, 3))):
        *way, last = random.choice(places(value)[1:] or [("x",)])
        holder = value
        for key in way:
            holder = holder[key]
        what = random.randrange(6)
        if isinstance(holder, dict) and what == 0:
            holder.pop(last, None)
        elif isinstance(holder, dict) and what == 1:
            holder[str(random.choice(STRANGE))[:50]] = holder.pop(last, None)
        elif isinstance(holder, list) and what in (0, 1):
            holder.insert(last, copy.deepcopy(random.choice(holder)))
        elif what == 2 and isinstance(holder[last], int | float):
            holder[last] = random.choice((holder[last] + 1, holder[last] - 1, -holder[last], random.choice(NUMBERS)))
        else:
            holder[last] = copy.deepcopy(random.choice(STRANGE))
    return value


def tensor_header(random: random.Random, data: bytes) -> bytes:
    """The header's JSON changed, its length set right; the checksum is not."""
    size = int.from_bytes(data[:8], "little")
    header = json.dumps(changed_json(random, json.loads(data[8 : 8 + size]))).encode()
    return struct.pack("<Q", len(header)) + header + data[8 + size :]


def tensor_content(random: random.Random, data: bytes) -> bytes:
    """The description or an array changed, and the checksum set right: what only our own checks can refuse."""
    import tempfile
    from pathlib import Path

    import numpy as np

    from pellucid.tensor_file import read_tensors, write_tensors

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "f"
        path.write_bytes(data)
        content, arrays = read_tensors(path)
        if random.random() < 0.75:
            content = changed_json(random, content)
        else:
            name = random.choice(list(arrays))
            array = arrays.pop(name)
            what = random.randrange(4)
            if what == 0:
                arrays[random.choice(("x", "optimizer/x/y", "training:99", name + "/"))] = array
            elif what == 1:
                arrays[name] = array.reshape(-1)[: random.randrange(array.size + 1)]
            elif what == 2:
                arrays[name] = np.full(array.shape, random.choice((np.nan, np.inf, 1e30, -1.0)), random.choice(("f4", "f8")))
        write_tensors(path, arrays, content)
        return path.read_bytes()


def gzipped(random: random.Random, data: bytes) -> bytes:
    """A sound gzip stream of damaged content."""
    import gzip

    inner = random.choice(BLIND)(random, gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
    return gzip.compress(inner, 1)


def archive_member(random: random.Random, data: bytes) -> bytes:
    """A sound archive with a damaged, renamed or hostile member: its header is text, in which sizes and types stand."""
    source = zipfile.ZipFile(io.BytesIO(data))
    members = {name: source.read(name) for name in source.namelist()}
    name = random.choice(list(members))
    content = members.pop(name)
    what = random.randrange(6)
    if what == 0:
        content = random.choice(BLIND)(random, content)
    elif what == 1:
        shapes = (
            b"(1000000000000,)",
            b"(-1,)",
            b"()",
            b"(0, 99999999999)",
            b"(3, 3, 3)",
            b"(" * 50,
            b"('x',)",
            b"__import__('os')",
        )
        start = content.find(b"(", 10)
        content = content[:start] + random.choice(shapes) + content[content.find(b")", start) + 1 :]
    elif what == 2:
        types = (
            b"'|O'",
            b"'<f2'",
            b"'<i8'",
            b"'|V4'",
            b"'<U9'",
            b"'<c8'",
            b"[('a','<f4')]",
            b"'|S1000000000'",
            b"'>f4'",
            b"'|b1'",
        )
        start = content.find(b"'", content.find(b"descr") + 6)
        content = content[:start] + random.choice(types) + content[content.find(b"'", start + 1) + 1 :]
    elif what == 3:
        name = random.choice(("../" + name, "x", name.upper(), "y.npy", "x.npy", "/etc/x.npy", "a" * 300, "x_train.npy"))
    members[name] = content
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for member, raw in members.items():
            archive.writestr(member, raw)
    return target.getvalue()


CELLS = [
    b"", b"NaN", b"inf", b"-1e999", b"1e308", b"1" * 400, b"0x10", b"1_000", b'"', b'"a,b"', b"a\nb", b"\xff\xfe", b"\0", b";",
    b"\t", b"True", b"None", b"?", b"2020-01-01", b"1,5", "한".encode(), b"=cmd()", b"a" * 5000,
]  # fmt: skip


def cell(random: random.Random, data: bytes) -> bytes:
    """A cell replaced, a column or a row doubled, removed, or cut short."""
    rows = [line.split(b",") for line in data.split(b"\n")]
    for _ in range(random.choice((1, 1, 3))):
        row = random.choice(rows)
        what = random.randrange(5)
        if what < 2:
            row[random.randrange(len(row))] = random.choice(CELLS)
        elif what == 2:
            row.append(random.choice(CELLS))
        elif what == 3 and len(row) > 1:
            row.pop()
        else:
            rows.insert(0, list(row))
    return random.choice((b"\n", b"\r\n", b"\r")).join(b",".join(row) for row in rows)
