import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradiente.reporting.chart import Chart, Scale, linear_ticks, log_ticks, padded, spans, thinned

finite = st.floats(-1e6, 1e6)


@given(finite, st.floats(1e-3, 1e6), st.integers(3, 8))
def test_linear_ticks_are_even_and_inside(low, span, most):
    ticks = linear_ticks(low, low + span, most)
    steps = np.diff(ticks)
    assert 1 <= len(ticks) <= most + 1
    assert np.allclose(steps, steps[:1], rtol=1e-3)
    assert low - 1e-6 * (abs(low) + span) <= ticks[0] <= ticks[-1] <= low + span + 1e-6 * (abs(low) + span)


@given(st.floats(1e-12, 1e6), st.floats(2, 1e12))
def test_log_ticks_are_inside_and_few(low, factor):
    ticks = log_ticks(low, low * factor, 6)
    assert all(low * (1 - 1e-6) <= tick <= low * factor * (1 + 1e-6) for tick in ticks)
    assert len(ticks) <= 9
    assert len(ticks) >= (1 if factor > 10 else 0)


def test_a_log_scale_has_equal_decades():
    pixels = Scale(1e-3, 1e1, 0, 400, log=True)(np.array([1e-3, 1e-2, 1e-1, 1, 10]))
    assert np.allclose(pixels, [0, 100, 200, 300, 400])


def test_the_log_scale_is_for_more_than_so_many_decades():
    assert spans(np.array([1.0, 0.009]), 2)
    assert not spans(np.array([1.0, 0.011, math.nan]), 2)
    assert not spans(np.array([0.0]), 2)


def test_padding_surrounds_finite_values():
    low, high = padded(np.array([1.0, 3.0, math.nan, math.inf]))
    assert low < 1 < 3 < high < 4
    low, high = padded(np.array([0.0, 1e-4, 1.0]), log=True)
    assert 0 < low < 1e-4 < 1 < high < 10
    low, high = padded(np.array([5.0]))
    assert low < 5 < high
    assert padded(np.array([math.nan])) == (0.0, 1.0)


def test_a_long_line_keeps_its_extremes_and_ends():
    x = np.arange(100_000.0)
    y = np.random.default_rng(0).standard_normal(100_000)
    y[5000] = np.nan
    kept_x, kept_y = thinned(x, y)
    assert len(kept_x) <= 620
    assert kept_x[0] == 0
    assert kept_x[-1] == 99_999
    assert np.nanmin(kept_y) == np.nanmin(y)
    assert np.nanmax(kept_y) == np.nanmax(y)
    assert np.array_equal(y[kept_x.astype(int)], kept_y, equal_nan=True)


def chart(**options):
    return Chart((0, 4), (0, 4), "x", "y", "a chart", **options)


def test_a_line_breaks_where_there_is_no_number():
    drawing = chart()
    drawing.line(np.arange(5), np.array([1, 2, math.nan, 3, 4]), class_="first")
    (path,) = re.findall(r'<path d="([^"]*)" class="line first">', drawing.svg())
    assert path.count("M") == 2
    assert path.count("L") == 2


def test_points_are_where_the_scales_say():
    drawing = chart()
    drawing.dots(np.array([0, 4]), np.array([0, 4]), class_="first", size=5)
    (path,) = re.findall(r'<path d="([^"]*)" class="dots first"', drawing.svg())
    left, right, bottom, top = drawing.x.start, drawing.x.stop, drawing.y.start, drawing.y.stop
    assert path == f"M{left:.1f} {bottom:.1f}h0M{right:.1f} {top:.1f}h0"


@pytest.mark.parametrize("name", ["<script>", 'a "quoted" & name'])
def test_labels_are_escaped(name):
    svg = Chart((0, 1), (0, 1), name, name, name).svg()
    assert name not in svg
    assert 'aria-label="' in svg
