"""The reliability diagram and the importance of columns in the report."""

import numpy as np
import pytest

from gradiente.formatting import share
from gradiente.metrics import calibration as measured
from gradiente.reporting import write_report
from gradiente.reporting.calibration import calibration
from gradiente.reporting.importance import importance

from .conftest import arguments


def test_the_section_has_the_error_and_few_answers_have_none():
    generator = np.random.default_rng(0)
    p = generator.dirichlet([1.0, 1.0, 1.0], 200)
    y = generator.integers(0, 3, 200)
    section = calibration(y, p)
    assert section is not None
    assert share(measured(y, p).error) in section
    assert section.count("<svg") == 1
    assert "nan" not in section
    assert calibration(y[:19], p[:19]) is None


def test_answers_that_are_all_certain_can_be_drawn():
    section = calibration(np.zeros(50, int), np.tile([1.0, 0.0], (50, 1)))
    assert section is not None
    assert "<svg" in section


@pytest.mark.parametrize(
    ("name", "there"), [("iris", True), ("digits", False), ("sine", False), ("moons", False)]
)
def test_the_columns_of_a_table_are_ranked(name, there, tmp_path):
    given = arguments(name)
    section = importance(given["network"], given["loss"], given["test"])
    assert (section is not None) == there
    write_report(tmp_path / "report.html", **given)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert ("shuffled among the instances" in page) == there
    assert ("Calibration" in page) == (name != "sine")
    if section is not None:
        assert all(f">{column}</text>" in section for column in given["test"].features)
