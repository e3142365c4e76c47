import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest

from gradiente.data import Dataset
from gradiente.reporting import plot
from gradiente.reporting.confusion import confusion
from gradiente.reporting.curves import curves
from gradiente.reporting.regression import regression
from gradiente.training.history import History

DRAW = """
from gradiente.reporting.plot import axes, svg
with axes() as plot:
    plot.plot([1, 2], [3, 4])
    print(svg(plot, "a line"))
"""


def drawn(losses):
    section = curves(History([{"epoch": i + 1, "loss": loss} for i, loss in enumerate(losses)]))
    assert section is not None
    return section


def ticks(section):
    return re.findall(r"text-anchor: end[^>]*>([^<]+)</text>", section)


def test_the_page_gives_its_colours():
    style = (Path(plot.__file__).with_name("report.css")).read_text()
    names = ("INK", "MUTED", "RULE", "WASH", "PAPER", "ACCENT", "WARM")
    for name in names:
        assert f"--{name.lower()}: {getattr(plot, name)};" in style
    section = confusion(np.array([[3, 1], [0, 2]]), ["a", "b"])
    assert not re.findall("#[0-9a-f]{6};", section)
    assert {"ink", "muted", "accent", "warm", "wash"} <= set(re.findall(r"var\(--(\w+)\)", section))


def test_a_line_goes_through_its_numbers():
    losses = [1.0, 0.25, 0.5, 0.75]
    (path,) = re.findall(r'<path d="([^"]*)"[^>]*stroke: var\(--accent\); stroke-width: 2', drawn(losses))
    points = np.array(re.findall(r"[ML] ([\d.]+) ([\d.]+)", path), dtype=float)
    assert np.allclose(np.diff(points, n=2, axis=0)[:, 0], 0, atol=1e-3)
    slope, level = np.polyfit(losses, points[:, 1], 1)
    assert slope < 0  # the y of a picture goes down
    assert np.allclose(slope * np.array(losses) + level, points[:, 1], atol=1e-3)


def test_decades_are_ticks_of_a_log_scale():
    assert {"1", "0.1", "0.01"} <= set(ticks(drawn([3.0, 0.1, 0.002])))
    with plot.axes() as narrow:
        narrow.plot([1, 2], [3, 30])
        plot.log_scale(narrow, 3, 30)
        assert {"5", "10", "20"} <= set(ticks(plot.svg(narrow, "narrow")))


def test_many_decades_have_the_labels_of_the_page_alone():
    with plot.axes() as wide:
        wide.plot([1, 2], [1e-7, 1])
        plot.log_scale(wide, 1e-7, 1)
        picture = plot.svg(wide, "wide")
    assert {"0.01", "10⁻⁶"} <= set(ticks(picture))
    assert "math" not in picture


def test_no_two_pictures_of_a_page_share_an_id():
    y = np.random.default_rng(0).random(20)
    section = regression(Dataset(y[:, None], y, "regression", "r"), y[:, None])
    names = re.findall(r' id="([^"]*)"', section)
    assert len(names) == len(set(names)) > 0
    assert set(re.findall(r'(?:href="|url\()#([^")]*)', section)) <= set(names)


def test_points_far_from_zero_fill_their_picture():
    y = 1000 + np.random.default_rng(0).random(30)
    for picture in regression(Dataset(y[:, None], y, "regression", "r"), y[:, None] + 0.1).split("<svg")[1:]:
        across = np.array(re.findall(r'<use[^>]*x="(\S+)"[^>]*accent', picture), dtype=float)
        assert np.ptp(across) > 250


@pytest.mark.parametrize("name", [r"$\frac{1}$", "$5", "a_b^c", "中文", "עברית", "हिन्दी", "😀", "a\nb", "  "])
def test_any_name_is_written_as_it_is(name):
    section = confusion(np.eye(2, dtype=int), [name, "x"])
    for line in name.strip().split("\n"):
        assert line in section
    for picture in re.findall("<svg.*?</svg>", section, re.DOTALL):
        ElementTree.fromstring(picture.replace("xlink:", ""))


def test_the_style_of_the_user_neither_shows_nor_changes():
    plain = drawn([1.0, 0.5])
    with matplotlib.rc_context({"axes.grid": False, "font.size": 30, "lines.linewidth": 9}):
        before = dict(matplotlib.rcParams)
        assert drawn([1.0, 0.5]) == plain
        assert dict(matplotlib.rcParams) == before


def test_nothing_is_said_where_no_font_cache_can_be_kept(tmp_path):
    nowhere = tmp_path / "file"
    nowhere.write_text("")
    environment = {name: value for name, value in os.environ.items() if name != "MPLCONFIGDIR"}
    environment |= {name: str(nowhere / "x") for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
    done = subprocess.run([sys.executable, "-c", DRAW], env=environment, capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.startswith("<svg")
