"""Downloads from a server in this process, which breaks off, ignores ranges, or sends something else. No network."""

import hashlib
import http.server
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from pellucid.datasets import download as module
from pellucid.datasets.download import download
from pellucid.datasets.store import IdxDataset
from pellucid.errors import DatasetUnavailable

PIECE = 1 << 14  # as it is written to the disk; what a broken stream leaves is a number of whole ones
CONTENT = np.random.default_rng(0).bytes(300_000)
BROKE_OFF = "IncompleteRead|broke off"  # as urllib3 says it from version 2 on, and as we do
HASH = hashlib.sha256(CONTENT).hexdigest()


class Server:
    """What it serves, how, and which ranges it was asked for."""

    def __init__(self):
        self.content = CONTENT
        self.ranges = True  # whether it knows them
        self.sends = None  # bytes of an answer before the connection breaks; None for all
        self.announces = None  # a length other than the true one
        self.asked = []
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked = self.headers.get("Range")
                server.asked.append(asked)
                if self.path == "/absent":
                    self.send_error(404)
                    return
                start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and server.ranges else 0
                size = len(server.content)
                if asked and server.ranges and start >= size:
                    self.send_response(416)
                    self.send_header("Content-Range", f"bytes */{size}")
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                self.send_response(206 if asked and server.ranges else 200)
                if asked and server.ranges:
                    self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
                self.send_header("Content-Length", str(server.announces or size - start))
                self.end_headers()
                stop = size if server.sends is None else start + server.sends
                self.wfile.write(server.content[start:stop])

            def log_message(self, *_):
                pass

        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}/"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self):
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server(monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "*")
    made = Server()
    yield made
    made.close()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "images.gz"


def part_of(path):
    return path.with_name("images.gz.part")


def break_off(server, path, after):
    server.sends = after
    with pytest.raises(OSError, match=BROKE_OFF):
        download(server.url, HASH, path)
    server.sends = None
    assert not path.exists()
    assert part_of(path).read_bytes() == CONTENT[:after]


def test_a_file_comes_whole_and_nothing_else_is_left(server, path):
    download(server.url, HASH, path)
    assert path.read_bytes() == CONTENT
    assert os.listdir(path.parent) == [path.name]
    assert server.asked == [None]


def test_what_broke_off_goes_on_where_it_ended(server, path):
    break_off(server, path, 6 * PIECE)
    server.sends = 3 * PIECE
    with pytest.raises(OSError, match=BROKE_OFF):
        download(server.url, HASH, path)
    server.sends = None
    download(server.url, HASH, path)
    assert path.read_bytes() == CONTENT
    assert server.asked == [None, f"bytes={6 * PIECE}-", f"bytes={9 * PIECE}-"]
    assert os.listdir(path.parent) == [path.name]


def test_a_server_that_knows_no_ranges_is_listened_to_from_the_beginning(server, path):
    break_off(server, path, 6 * PIECE)
    server.ranges = False
    download(server.url, HASH, path)
    assert path.read_bytes() == CONTENT


def test_a_part_that_is_the_whole_is_taken(server, path):
    """The process was killed between the last byte and its place."""
    part_of(path).write_bytes(CONTENT)
    download(server.url, HASH, path)
    assert path.read_bytes() == CONTENT
    assert server.asked == [f"bytes={len(CONTENT)}-"]


@pytest.mark.parametrize("part", [b"something else" * 1000, CONTENT + b"more"], ids=["another file's", "too long"])
def test_a_part_of_something_else_is_given_up(server, path, part):
    part_of(path).write_bytes(part)
    download(server.url, HASH, path)
    assert path.read_bytes() == CONTENT
    assert server.asked == [f"bytes={len(part)}-", None]


def test_a_wrong_file_is_removed(server, path):
    server.content = CONTENT[:-1] + bytes([CONTENT[-1] ^ 1])
    with pytest.raises(ValueError, match="hash"):
        download(server.url, HASH, path)
    assert not os.listdir(path.parent)


def test_a_server_without_end_does_not_fill_the_disk(server, path, monkeypatch):
    monkeypatch.setattr(module, "LARGEST", 200_000)
    with pytest.raises(ConnectionError, match="announces 300,000 bytes"):
        download(server.url, HASH, path)
    server.announces = 150_000  # and sends more, which HTTP cuts off
    with pytest.raises(ValueError, match="hash"):
        download(server.url, HASH, path)
    with open(part_of(path), "w+b") as file, pytest.raises(ConnectionError, match="more than 200,000"):
        module._Bounded(file).write(CONTENT)


def test_no_such_file_leaves_what_had_arrived(server, path):
    break_off(server, path, 6 * PIECE)
    with pytest.raises(OSError, match="404"):
        download(f"{server.url}absent", HASH, path)
    assert part_of(path).read_bytes() == CONTENT[: 6 * PIECE]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such locks")
def test_a_process_beside_another_fetches_for_itself(server, path):
    """It does not write into the other one's part."""
    part_of(path).write_bytes(CONTENT[:10])
    program = (
        "import sys; from pellucid.folders import lock; "
        "file = open(sys.argv[1]); lock(file.fileno()); print(1, flush=True); input()"
    )
    command = [sys.executable, "-c", program, str(part_of(path))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "1\n"
        download(server.url, HASH, path)
        other.communicate("\n")
    assert path.read_bytes() == CONTENT
    assert part_of(path).read_bytes() == CONTENT[:10]
    assert server.asked == [None]


def test_a_data_set_goes_on_at_the_next_mirror_and_names_what_each_did(server, tmp_path, monkeypatch):
    """The first mirror breaks off, the second sends the rest: a hash tells a file, whoever sends it."""
    monkeypatch.setenv("PELLUCID_CACHE", str(tmp_path))
    dataset = IdxDataset("mine", {"a.gz": HASH}, (f"{server.url}one/", f"{server.url}two/"))
    server.sends = 5 * PIECE
    with pytest.raises(DatasetUnavailable, match=r"one/: \w*Error; .*two/: \w*Error"):
        dataset.locate(["a.gz"])
    assert (dataset.cache / "a.gz.part").stat().st_size == 10 * PIECE
    server.content, server.sends = b"another", None
    with pytest.raises(DatasetUnavailable, match="one/: what it sent has another hash than the published file, and was removed"):
        dataset.locate(["a.gz"])
    server.content = CONTENT
    assert Path(dataset.locate(["a.gz"]) / "a.gz").read_bytes() == CONTENT
