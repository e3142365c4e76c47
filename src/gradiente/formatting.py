"""Numbers and measures as text, for the terminal and the report."""

import json
import math
import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np

from gradiente.locale import text

# Measures that are a share of the instances, or of a value: 0.975 is read as 97.50 %.
SHARES = frozenset({"accuracy", "precision", "recall", "specificity", "mape"})
OF_ONE_CLASS = ("precision", "recall", "specificity", "f1")  # of the positive one, where there are two
NARROW_SPACE = "\u202f"  # keeps a number and its unit on one line
UNGROUPED = 4  # digits before the point of the longest number that is not in groups
NONE = "–"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def epoch_line(record: Mapping[str, Any], epochs: int) -> str:
    """One epoch on one line, for an output that is not a terminal.

    Arguments:
        record: of the epoch, as in a History
        epochs: the total number of epochs

    >>> epoch_line({"epoch": 3, "loss": 0.25, "val_loss": 0.5, "seconds": 0.4}, 10)
    'epoch  3/10   loss 0.2500   validation loss 0.5000   0.40 s'
    """
    epoch = str(record["epoch"]).rjust(len(str(epochs)))
    measures = [name for name in ("loss", "accuracy", "val_loss", "val_accuracy") if name in record]
    parts = [f"{measure_name(name)} {measure_value(name, record[name])}" for name in measures]
    seconds = [duration(record["seconds"])] if "seconds" in record else []
    line = "   ".join([f"{text('report.epoch')} {epoch}/{epochs}", *parts, *seconds])
    return line.replace(NARROW_SPACE, " ")


def metrics_table(metrics: Mapping[str, Any], positive: str | None = None) -> list[tuple[str, str]]:
    """Every metric with its name in the reader's language and its value as it is read.

    Arguments:
        positive: the class that the metrics of one class are of

    >>> metrics_table({"loss": 0.123456, "f1": 0.5})
    [('loss', '0.1235'), ('F1', '0.5000')]
    """
    of_one = "" if positive is None else f" ({positive})"
    after: dict[str, str] = dict.fromkeys(OF_ONE_CLASS, of_one)
    if "f1_micro" in metrics:  # several labels
        after = {name: text("metric.mean_of_labels") for name in OF_ONE_CLASS}
        after["accuracy"] = text("metric.of_all_labels")
    return [
        (f"{measure_name(name)}{after.get(name, '')}", measure_value(name, value))
        for name, value in metrics.items()
    ]


def measure_name(name: str) -> str:
    """A measure, with or without "val_" before it, in the reader's language."""
    if name.startswith("val_"):
        return text("report.of_validation", name=measure_name(name.removeprefix("val_")))
    return name if name[0].isupper() else text(f"metric.{name}")  # those of torchmetrics have names only


def measure_value(name: str, value: Any) -> str:
    """The value of a measure: a percentage if it is a fraction; for a matrix or a curve its numbers, shortened."""
    if isinstance(value, list | dict):
        return textwrap.shorten(json.dumps(_rounded(value)), 60, placeholder=" …")
    return share(value, 2) if name.removeprefix("val_") in SHARES else number(value)


def number(value: float, digits: int = 4) -> str:
    """Four significant digits; very large and very small numbers with a power of ten.

    >>> number(0.25), number(1234.5), number(98765.4), number(3.2e-7), number(float("nan"))
    ('0.2500', '1234', '98,765', '3.200·10⁻⁷', '–')
    """
    if not math.isfinite(value):
        return NONE if math.isnan(value) else ("∞" if value > 0 else "−∞")
    if value != 0 and not 1e-4 <= abs(value) < 1e6:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        return _minus(f"{mantissa}·10") + str(int(exponent)).translate(_SUPERSCRIPTS)
    if abs(value) >= 10**digits - 0.5:
        return _minus(_grouped(f"{value:.0f}"))
    return _minus(f"{value:#.{digits}g}".rstrip("."))


def short(value: float) -> str:
    """A number with as few digits as it needs: a tick label, a learning rate.

    >>> short(0.001), short(20.0), short(1e-5), short(-2e6)
    ('0.001', '20', '10⁻⁵', '−2·10⁶')
    """
    if value == 0 or 1e-4 < abs(value) < 1e5:
        return _minus(_grouped(f"{value:.6g}"))
    mantissa, exponent = f"{value:.4e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    power = "10" + str(int(exponent)).translate(_SUPERSCRIPTS)
    return power if mantissa == "1" else _minus(f"{mantissa}·{power}")


def column(values: np.ndarray) -> list[str]:
    """The numbers of a column, with the decimals they need: at most four significant digits of the largest.

    >>> column(np.array([0.5, 12.3456])), column(np.array([5.1, 4.9])), column(np.array([1.0, -20.0]))
    (['0.50', '12.35'], ['5.1', '4.9'], ['1', '−20'])
    """
    largest = float(np.abs(values).max())
    if largest and not 1e-3 <= largest < 1e6:
        return [number(float(value)) if value else "0" for value in values]
    most = max(0, 3 - math.floor(math.log10(largest or 1)))
    needed = (d for d in range(most) if np.allclose(values, np.round(values, d), rtol=0, atol=1e-5 * largest))
    decimals = next(needed, most)
    return [_minus(_grouped(f"{value:.{decimals}f}")) for value in values]


def share(value: float, decimals: int = 1) -> str:
    """A fraction as a percentage; below 1 it never reads as 100 %.

    >>> [share(p).replace(NARROW_SPACE, " ") for p in (0.5, 0.99999, 1.0)]
    ['50.0 %', '> 99.9 %', '100 %']
    """
    if not math.isfinite(value):
        return NONE
    percent = f"{100 * value:.{decimals}f}"
    if float(percent) == 100:
        percent = "100" if value >= 1 else f">{NARROW_SPACE}99.{'9' * decimals}"
    return f"{_minus(_grouped(percent))}{NARROW_SPACE}%"


def count(value: int) -> str:
    """A whole number, from five digits on in groups of three: 407,050 in English, with narrow spaces in Spanish.

    >>> count(9999), count(407050)
    ('9999', '407,050')
    """
    return _grouped(str(value))


def duration(seconds: float) -> str:
    """A duration for people.

    >>> [duration(s).replace(NARROW_SPACE, " ") for s in (0.042, 12.34, 125, 3725)]
    ['0.04 s', '12.3 s', '2 min 05 s', '1 h 02 min']
    """
    if seconds < 59.95:
        written = f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"
    elif seconds < 3599.5:
        written = f"{round(seconds) // 60} min {round(seconds) % 60:02d} s"
    else:
        written = f"{round(seconds / 60) // 60} h {round(seconds / 60) % 60:02d} min"
    return written.replace(" ", NARROW_SPACE)


def precise_duration(seconds: float) -> str:
    """A measured duration, three significant digits in the unit that suits it.

    >>> [precise_duration(s).replace(NARROW_SPACE, " ") for s in (1.72e-6, 0.0126, 0.8124, 123.4)]
    ['1.72 µs', '12.6 ms', '0.812 s', '123 s']
    """
    for unit, factor in (("µs", 1e6), ("ms", 1e3)):
        if seconds * factor < 99.95 or (unit == "µs" and seconds < 1e-3):
            return f"{number(seconds * factor, 3)}{NARROW_SPACE}{unit}"
    return f"{number(seconds, 3)}{NARROW_SPACE}s"


def evidence_in_words(evidence: Mapping[str, Any]) -> dict[str, str]:
    """The numbers that show something, as text, by their names; those called share or …_share are fractions of 1.

    >>> evidence_in_words({"rows": 12345, "gap_share": 0.5, "column": "age"})["rows"]
    '12,345'
    """
    return {name: _evidence(name, value) for name, value in evidence.items()}


def _evidence(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if name.endswith("share"):
        return share(value)
    return count(value) if isinstance(value, int) else number(value, 3)


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_rounded(entry) for entry in value]
    return value if isinstance(value, int) else float(f"{value:.4g}")


def _grouped(written: str) -> str:
    """The digits before the point in groups of three, as in the reader's language; four digits stay together."""
    whole, point, decimals = written.partition(".")
    if sum(map(str.isdigit, whole)) <= UNGROUPED:
        return written
    return f"{int(whole):,}".replace(",", text("number.group")) + point + decimals


def _minus(written: str) -> str:
    return written.replace("-", "−")
