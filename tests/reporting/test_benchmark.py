"""The picture of a benchmark: a bar for every entry, as long as its time."""

import io

import numpy as np
import pytest
from PIL import Image

from gradiente.benchmarking.process import Answer
from gradiente.benchmarking.result import Measured, Row
from gradiente.benchmarking.works import WORKS
from gradiente.reporting.benchmark import benchmark_picture
from gradiente.reporting.plot import ACCENT, RULE


def row(name, seconds):
    """A work with one round of each entry; None for one that has none."""
    work = WORKS[name]
    measured = [Measured(entry) for entry in work.entries[: len(seconds)]]
    for one, value in zip(measured, seconds, strict=True):
        if value is not None:
            one.add(work, 1, Answer(value, accuracy=0.97))
    return Row(work, measured, rounds=1)


def pixels(rows):
    with Image.open(io.BytesIO(benchmark_picture(rows))) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB")).astype(int)


def lengths(picture, colour):
    """The lengths of the bars of a colour, from top to bottom."""
    rgb = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
    wide = (picture == rgb).all(axis=2).sum(axis=1)
    starts = np.flatnonzero((wide[1:] > 0) & (wide[:-1] == 0)) + 1
    return [int(wide[start + 5]) for start in starts]


def test_a_bar_is_as_long_as_its_time():
    picture = pixels([row("mlp-small", [0.5, 1.0, 0.25])])
    (ours,) = lengths(picture, ACCENT)
    slowest, fastest = lengths(picture, RULE)
    assert slowest > 300
    assert ours == pytest.approx(slowest / 2, abs=3)
    assert fastest == pytest.approx(slowest / 4, abs=3)
    for border in (picture[:8], picture[-8:], picture[:, :8], picture[:, -8:]):
        assert (border == picture[0, 0]).all()  # nothing runs over the edge


def test_what_has_no_round_has_no_bar():
    picture = pixels([row("mlp-small", [0.5, None, 0.25]), row("lenet", [None, None])])
    assert len(lengths(picture, ACCENT)) == 1
    assert len(lengths(picture, RULE)) == 1
    assert picture.shape == pixels([row("mlp-small", [0.5, None, 0.25])]).shape


def test_many_works_stand_in_two_columns():
    rows = [row(name, [0.5, 1.0]) for name in ("mlp", "mlp-32", "mlp-512", "mlp-small", "lenet", "tiny-mlp")]
    one, six = pixels(rows[:1]), pixels(rows)
    assert six.shape[1] == pytest.approx(2 * one.shape[1], abs=2)
    assert six.shape[0] < 4 * one.shape[0]


def test_a_long_title_is_written_smaller(monkeypatch):
    growth = row("growth-samples", [0.5, 1.0])
    shown = pixels([growth])
    monkeypatch.setattr(type(growth.work), "title", property(lambda work: "Crecimiento " * 8))
    longer = pixels([growth])
    assert shown.shape == longer.shape
    assert (longer[:, -8:] == longer[0, 0]).all()
