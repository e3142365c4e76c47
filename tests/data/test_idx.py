import gzip
import struct

import numpy as np
import pytest

from gradiente.data.idx import read_idx
from gradiente.errors import FileError

ARRAY = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
IDX = struct.pack(">4B3I", 0, 0, 8, 3, 2, 3, 4) + ARRAY.tobytes()


@pytest.fixture
def written(tmp_path):
    def write(content):
        path = tmp_path / "images-idx3-ubyte"
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize("content", [IDX, gzip.compress(IDX)], ids=["plain", "gzip"])
def test_with_and_without_gzip(written, content):
    np.testing.assert_array_equal(read_idx(written(content)), ARRAY)


def test_a_gzip_cut_anywhere(written):
    packed = gzip.compress(np.random.default_rng(0).bytes(500))
    for length in range(2, len(packed), 7):
        with pytest.raises(FileError, match="not a complete gzip file"):
            read_idx(written(packed[:length]))


def test_a_gzip_with_a_wrong_byte(written):
    packed = bytearray(gzip.compress(IDX))
    packed[-12] ^= 0xFF
    with pytest.raises(FileError, match="not a complete gzip file"):
        read_idx(written(bytes(packed)))


@pytest.mark.parametrize("length", [5, 15, 16, len(IDX) - 1])
def test_cut_short(written, length):
    with pytest.raises(FileError, match=f"announces .* bytes, and it has {length}"):
        read_idx(written(IDX[:length]))


def test_too_long(written):
    with pytest.raises(FileError, match=f"announces {len(IDX)} bytes, and it has {len(IDX) + 1}"):
        read_idx(written(IDX + b"\0"))


@pytest.mark.parametrize(
    "content", [b"", b"\0\0", b"\x89PNG....", b"\0\0\x0d\x01\0\0\0\x01\0\0\0\0", b"\0\0\x08\0"]
)
def test_something_else(written, content):
    with pytest.raises(FileError, match="not an idx file of unsigned bytes"):
        read_idx(written(content))


def test_missing_or_a_folder(tmp_path):
    with pytest.raises(FileError, match="there is no file"):
        read_idx(tmp_path / "nothing")
    with pytest.raises(FileError, match="it is a folder"):
        read_idx(tmp_path)
