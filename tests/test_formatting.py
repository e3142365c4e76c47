import ast
import math
from pathlib import Path

import numpy as np
import pytest

import gradiente
from gradiente.formatting import column, count, duration, epoch_line, metrics_table, number, share, short
from gradiente.locale import catalogue, set_language

GROUP = {"en": ",", "es": "\u202f"}

METRICS = {
    "loss": 0.123456,
    "accuracy": 0.975,
    "precision": 0.5,
    "recall": 1.0,
    "specificity": 0.0,
    "f1": 0.5,
    "cohen_kappa": -0.25,
    "roc_auc": 0.75,
    "mae": 12.3456,
    "mape": 0.1,
    "mse": 1e-9,
    "r2": math.nan,
    "pearson": 1.0,
}


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_metric_has_a_name_and_a_value(language):
    set_language(language)
    rows = metrics_table(METRICS)
    assert [name for name, _ in rows] == [catalogue(language)[f"metric.{key}"] for key in METRICS]
    values = dict(zip(METRICS, (value for _, value in rows), strict=True))
    assert values["accuracy"] == "97.50\u202f%"
    assert values["mse"] == "1.000·10⁻⁹"
    assert values["cohen_kappa"] == "−0.2500"
    assert values["r2"] == "–"


def test_an_epoch_is_one_line():
    record = {
        "epoch": 7,
        "lr": 0.1,
        "loss": 0.5,
        "accuracy": 0.9,
        "val_loss": 0.25,
        "val_accuracy": 0.875,
        "seconds": 61.0,
        "gradient_norms": {"0.weight": 1.0},
    }
    set_language("en")
    assert epoch_line(record, 10) == (
        "epoch  7/10   loss 0.5000   accuracy 90.00 %   "
        "validation loss 0.2500   validation accuracy 87.50 %   1 min 01 s"
    )
    set_language("es")
    assert epoch_line(record, 10).startswith("época  7/10   pérdida 0.5000   exactitud 90.00 %")


@pytest.mark.parametrize("code", GROUP)
@pytest.mark.parametrize(
    "value", [1.0, 0.99996, 0.5, 1e-3, 123456.0, 9999.6, -98765.4, 3.5e7, -2.5e-6, 1e-300]
)
def test_a_written_number_is_the_number(value, code):
    set_language(code)
    written = number(value).replace("−", "-").replace(GROUP[code], "")
    digits = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    mantissa, _, exponent = written.partition("·10")
    assert float(f"{mantissa}e{exponent.translate(digits) or 0}") == pytest.approx(value, rel=1e-3)


def test_numbers_that_are_none():
    assert [number(math.nan), number(math.inf), number(-math.inf)] == ["–", "∞", "−∞"]
    assert number(0.0) == "0.000"
    assert share(math.nan) == "–"


def test_only_all_is_a_hundred_percent():
    assert share(1.0) == "100\u202f%"
    assert "100" not in share(1 - 1e-9)
    assert share(0.0) == "0.0\u202f%"


def test_times_that_round_up():
    assert duration(59.96) == "1\u202fmin\u202f00\u202fs"
    assert duration(3599.9) == "1\u202fh\u202f00\u202fmin"


def test_labels_are_short():
    assert [short(value) for value in (0, 0.1 + 0.2, 1e-7, 150000)] == ["0", "0.3", "10⁻⁷", "1.5·10⁵"]


def test_a_column_shares_its_decimals():
    assert column(np.array([6.2999997, 5.0], np.float32)) == ["6.3", "5.0"]
    assert column(np.array([0.0, 0.0])) == ["0", "0"]
    assert column(np.array([1e-9, 0.0])) == ["1.000·10⁻⁹", "0"]


@pytest.mark.parametrize(("code", "group"), GROUP.items())
def test_five_digits_or_more_are_grouped_as_the_reader_does(code, group):
    set_language(code)
    for value in (0, 7, 999, 1000, 9999, -1234):
        assert count(value) == str(value)
    for value in (10_000, 60_000, 407_050, 1_234_567):
        assert count(value) == f"{value:,}".replace(",", group)
    assert number(12345.6) == f"12{group}346"
    assert number(-123456.0) == f"−123{group}456"
    assert short(20000.0) == f"20{group}000"
    assert short(-12345.6) == f"−12{group}345.6"
    assert column(np.array([250000.0, -1000.0])) == [f"250{group}000", "−1000"]
    assert share(123.456, 2) == f"12{group}345.60\u202f%"


@pytest.mark.parametrize("code", GROUP)
def test_decimals_have_a_point_and_are_not_grouped_in_either_language(code):
    set_language(code)
    assert (number(0.25), short(0.12345), number(1234.5)) == ("0.2500", "0.12345", "1234")


def test_no_other_place_groups_digits():
    """In one language they would be wrong."""
    sources = {
        path: path.read_text(encoding="utf-8") for path in Path(gradiente.__file__).parent.rglob("*.py")
    }
    grouping = [
        f"{path.name}:{node.lineno}"
        for path, source in sources.items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FormattedValue)
        and node.format_spec is not None
        and "," in ast.unparse(node.format_spec)
    ]
    assert {place.partition(":")[0] for place in grouping} == {"formatting.py"}
    assert not [key for code in GROUP for key, words in catalogue(code).items() if ":,}" in words]
