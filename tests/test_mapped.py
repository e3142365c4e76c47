"""Rows of a file: indexed as the array that they stand for, and never all of them in memory."""

import copy
import pickle

import numpy as np
import pytest

from gradiente.mapped import MappedArray, is_mapped, pieces

X = np.random.default_rng(0).normal(size=(40, 3, 2))
ROWS = np.array([7, 3, 39, 0, 3])


@pytest.fixture
def base(tmp_path):
    np.save(tmp_path / "x.npy", X)
    return np.load(tmp_path / "x.npy", mmap_mode="r")


@pytest.fixture(params=["all", "rows", "converted", "rows of rows"])
def pair(request, base):
    """A mapped array, and the array that it stands for."""
    return {
        "all": lambda: (MappedArray(base), X),
        "rows": lambda: (MappedArray(base, ROWS), X[ROWS]),
        "converted": lambda: (
            MappedArray(base, ROWS).converted(np.tanh).astype("f4"),
            np.tanh(X[ROWS]).astype("f4"),
        ),
        "rows of rows": lambda: (MappedArray(base, ROWS).take(np.array([2, 0, 1])), X[ROWS][[2, 0, 1]]),
    }[request.param]()


KEYS = [
    0,
    -1,
    np.int64(2),
    slice(None),
    slice(1, 3),
    slice(None, None, -1),
    np.array([2, 0, 0]),
    [1, 2],
    np.array([], dtype=int),
    (slice(None), 1),
    (slice(0, 2), slice(None), 0),
    (1, 2),
    (-2, 0, 1),
    (np.array([0, 2]), 1),
]


@pytest.mark.parametrize("key", KEYS, ids=repr)
def test_it_is_indexed_as_the_array(pair, key):
    mapped, array = pair
    got = mapped[key]
    assert got.dtype == array.dtype
    np.testing.assert_array_equal(got, array[key])


def test_a_mask(pair):
    mapped, array = pair
    mask = np.arange(len(array)) % 2 == 0
    np.testing.assert_array_equal(mapped[mask], array[mask])
    np.testing.assert_array_equal(np.asarray(mapped.take(mask)), array[mask])
    np.testing.assert_array_equal(np.asarray(mapped.take(np.array([-1, 0]))), array[[-1, 0]])
    with pytest.raises(IndexError):
        mapped.take(np.array([len(array)]))


@pytest.mark.parametrize("key", [40, -41, (40, 0)])
def test_outside(base, key):
    with pytest.raises(IndexError):
        MappedArray(base)[key]


def test_its_form_and_its_extremes(pair):
    mapped, array = pair
    assert (mapped.shape, mapped.ndim, mapped.size, len(mapped), mapped.dtype) == (
        array.shape,
        array.ndim,
        array.size,
        len(array),
        array.dtype,
    )
    np.testing.assert_array_equal(np.asarray(mapped), array)
    np.testing.assert_array_equal(np.stack(list(mapped)), array)
    assert (mapped.min(), mapped.max()) == (array.min(), array.max())
    np.testing.assert_array_equal(mapped.min(axis=0), array.min(axis=0))
    np.testing.assert_array_equal(mapped.max(axis=0), array.max(axis=0))


def test_copies_and_pickles(pair):
    mapped, array = pair
    for other in (copy.copy(mapped), copy.deepcopy(mapped), pickle.loads(pickle.dumps(mapped))):
        np.testing.assert_array_equal(np.asarray(other), array)


def test_in_pieces(base, monkeypatch):
    monkeypatch.setattr("gradiente.mapped.PIECE_BYTES", 3 * X[0].nbytes)
    mapped = MappedArray(base)
    assert [len(mapped[rows]) for rows in pieces(mapped)] == [3] * 13 + [1]
    assert [len(X[rows]) for rows in pieces(X)] == [3] * 13 + [1]
    np.testing.assert_array_equal(np.asarray(mapped), X)
    np.testing.assert_array_equal(mapped[:, 1], X[:, 1])
    assert mapped.max() == X.max()


def test_nan_is_not_lost(tmp_path):
    x = X.copy()
    x[33, 1, 1] = np.nan
    np.save(tmp_path / "x.npy", x)
    mapped = MappedArray(np.load(tmp_path / "x.npy", mmap_mode="r"))
    assert np.isnan(mapped.min())
    assert np.isnan(mapped.max())


def test_a_map_is_told_from_an_array(base, tmp_path):
    assert is_mapped(base)
    assert is_mapped(np.asarray(base))
    assert is_mapped(np.asarray(base)[3:].reshape(-1, 6))
    assert not is_mapped(base[[1, 2]])
    assert not is_mapped(X)
    assert not is_mapped(np.load(tmp_path / "x.npy", mmap_mode="c"))
    assert not is_mapped(X.tolist())
