"""Where data sets are looked for. Nothing here touches the network: fetching is replaced."""

import gzip
import hashlib
import struct
import sys
import types

import numpy as np
import pytest

from pellucid.datasets import fashion_mnist, mnist, store
from pellucid.errors import DatasetUnavailable, FileFormatError, PellucidError

TRAIN = ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
TEST = ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")


def write_pair(folder, files, samples, first=0, zipped=True):
    folder.mkdir(parents=True, exist_ok=True)
    images = bytes([0, 0, 8, 3]) + struct.pack(">3I", samples, 28, 28) + bytes([first]) * (samples * 784)
    labels = bytes([0, 0, 8, 1]) + struct.pack(">I", samples) + bytes(i % 10 for i in range(samples))
    for file, data in zip(files, (images, labels), strict=True):
        (folder / (file if zipped else file.removesuffix(".gz"))).write_bytes(gzip.compress(data) if zipped else data)


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    """An empty machine: no folder set, an empty cache, no Debian package, no network."""
    monkeypatch.delenv("PELLUCID_DATA", raising=False)
    monkeypatch.setenv("PELLUCID_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(store, "_DPKG", tmp_path / "dpkg")
    pooch = types.ModuleType("pooch")
    pooch.asked = []

    def retrieve(url, known_hash, fname, path, downloader):
        pooch.asked.append((url, known_hash, fname, path))
        raise ConnectionError("no network here")

    pooch.retrieve = retrieve
    monkeypatch.setitem(sys.modules, "pooch", pooch)
    return pooch


def test_a_given_folder_is_the_only_one_looked_in(tmp_path, monkeypatch, places):
    folder = tmp_path / "mine"
    write_pair(folder, TRAIN, 3, first=7)
    write_pair(folder, TEST, 2, first=9)
    (x_train, y_train), (x_test, y_test) = mnist.load_data(folder)
    assert x_train.shape == (3, 28, 28)
    assert (x_train == 7).all()
    assert y_train.tolist() == [0, 1, 2]
    assert x_test.shape == (2, 28, 28)
    assert y_test.dtype == np.uint8
    write_pair(tmp_path / "cache/datasets/mnist", TEST, 1)
    with pytest.raises(DatasetUnavailable, match="a folder was given"):
        mnist.load_test(tmp_path / "empty")
    assert not places.asked


def test_the_folder_may_hold_one_of_the_data_set_s_name(tmp_path):
    write_pair(tmp_path / "fashion-mnist", TEST, 4)
    assert fashion_mnist.load_test(tmp_path)[0].shape == (4, 28, 28)


def test_unpacked_files_will_do(tmp_path):
    write_pair(tmp_path, TEST, 4, zipped=False)
    assert mnist.load_test(tmp_path)[0].shape == (4, 28, 28)


def test_the_environment_comes_before_the_cache_and_that_before_debian(tmp_path, monkeypatch):
    debian = tmp_path / "usr/share/somewhere"
    write_pair(debian, TEST, 1)
    (tmp_path / "dpkg").mkdir()
    listed = "\n".join(["/.", str(debian), *(str(debian / file) for file in TEST)])
    (tmp_path / "dpkg/dataset-fashion-mnist.list").write_text(listed + "\n")
    assert len(fashion_mnist.load_test()[0]) == 1
    write_pair(tmp_path / "cache/datasets/fashion-mnist", TEST, 2)
    assert len(fashion_mnist.load_test()[0]) == 2
    monkeypatch.setenv("PELLUCID_DATA", str(tmp_path / "data"))
    write_pair(tmp_path / "data/fashion-mnist", TEST, 3)
    assert len(fashion_mnist.load_test()[0]) == 3


def test_files_of_another_data_set_are_not_taken_from_the_environment_s_folder(tmp_path, monkeypatch):
    """MNIST and Fashion-MNIST call their files alike, so only a folder of the name counts."""
    monkeypatch.setenv("PELLUCID_DATA", str(tmp_path))
    write_pair(tmp_path, TEST, 3)
    with pytest.raises(DatasetUnavailable):
        mnist.load_test()


def test_without_network_the_message_says_what_to_put_where(tmp_path, places):
    with pytest.raises(DatasetUnavailable) as caught:
        fashion_mnist.load_data()
    message = str(caught.value)
    assert str(tmp_path / "cache/datasets/fashion-mnist") in message
    assert all(file in message for file in TRAIN + TEST)
    assert "apt install dataset-fashion-mnist" in message
    assert "PELLUCID_DATA" in message
    assert "ConnectionError" in message
    assert [mirror in asked[0] for mirror, asked in zip(fashion_mnist.DATASET.mirrors, places.asked, strict=True)] == [True, True]
    assert isinstance(caught.value, PellucidError)


def test_with_the_test_files_alone_the_message_says_so(tmp_path):
    write_pair(tmp_path / "cache/datasets/mnist", TEST, 5)
    with pytest.raises(DatasetUnavailable, match=r"The test files alone are here: load_test\(\)") as caught:
        mnist.load_data()
    assert f"Put {', '.join(TRAIN)} into" in str(caught.value)
    assert len(mnist.load_test()[0]) == 5


def test_fetching_asks_for_the_published_hash_and_tries_the_next_mirror(tmp_path, places):
    write_pair(tmp_path / "published", TEST, 6)

    def retrieve(url, known_hash, fname, path, downloader):
        places.asked.append((url, known_hash))
        if url.startswith(mnist.DATASET.mirrors[0]):
            raise ValueError("hash mismatch")
        path.mkdir(parents=True, exist_ok=True)
        (path / fname).write_bytes((tmp_path / "published" / fname).read_bytes())

    places.retrieve = retrieve
    assert len(mnist.load_test()[0]) == 6
    assert {known_hash for _, known_hash in places.asked} == {f"sha256:{mnist.DATASET.sha256[file]}" for file in TEST}
    assert [url.endswith(file) for (url, _), file in zip(places.asked, [TEST[0]] * 2 + [TEST[1]] * 2, strict=True)] == [True] * 4


def test_labels_and_images_must_belong_together(tmp_path):
    write_pair(tmp_path, TEST, 4)
    other = tmp_path / "other"
    write_pair(other, TEST, 5)
    (other / TEST[0]).replace(tmp_path / TEST[0])
    with pytest.raises(FileFormatError, match="labels must be 5 bytes"):
        mnist.load_test(tmp_path)


def test_images_must_be_images(tmp_path):
    write_pair(tmp_path, TEST, 4)
    (tmp_path / TEST[0]).write_bytes((tmp_path / TEST[1]).read_bytes())
    with pytest.raises(FileFormatError, match="images must be"):
        mnist.load_test(tmp_path)


@pytest.mark.parametrize("dataset", [mnist.DATASET, fashion_mnist.DATASET], ids=lambda dataset: dataset.name)
def test_the_hashes_are_of_all_four_files(dataset):
    assert set(dataset.sha256) == set(TRAIN + TEST)
    assert all(len(bytes.fromhex(value)) == hashlib.sha256().digest_size for value in dataset.sha256.values())
