"""What stands in the table."""

from dataclasses import replace

import pytest

from gradiente.benchmarking.process import Answer
from gradiente.benchmarking.result import Measured, Row
from gradiente.benchmarking.words import entry_label, published_words, ratio_words, target_words, value_words
from gradiente.benchmarking.works import WORKS
from gradiente.formatting import NARROW_SPACE


def row(name, values, accuracy=0.98):
    """A work with one round of each entry."""
    measured = [Measured(entry) for entry in WORKS[name].entries]
    for one, value in zip(measured, values, strict=True):
        if value is not None:
            one.add(WORKS[name], 1, Answer(value, core_seconds=value, accuracy=accuracy, memory=round(value)))
    return Row(WORKS[name], measured, rounds=1)


def words(write, given):
    return [write(given, one).replace(NARROW_SPACE, " ") for one in given.measured]


def test_ratios_stand_beside_the_others_and_the_target_beside_the_fastest_of_them():
    small = row("mlp-small", [0.3, 0.5, 0.4])
    assert words(ratio_words, small) == ["", "0.60", "0.75"]
    assert words(target_words, small) == ["", "", "≤ 0.80 ✓"]
    assert words(target_words, row("mlp-small", [0.3, 0.2, None])) == ["", "≤ 0.80 ✗", ""]
    assert words(ratio_words, row("mlp-small", [None, 0.2, 0.1])) == ["", "", ""]


def test_a_share_is_of_the_limit():
    """The entries are ours, the limit, JAX and PyTorch."""
    share = row("sgemm-share", [0.5, 0.3, 0.4, 0.6])
    assert words(ratio_words, share) == ["60 %", "", "75 %", "50 %"]
    assert words(target_words, share) == ["≥ 65 % ✗", "", "", ""]


def test_beside_a_busy_process_two_targets_are_told():
    busy = row("mlp-busy", [1.2, 1.0, 1.5, 3.0, 4.0, None, None])
    assert words(target_words, busy) == ["", "≤ 1.30 ✓", "≤ 0.60 ✗", "", "", "", ""]


def test_what_is_published_has_a_sentence():
    (sentence,) = published_words(row("lenet-core-seconds", [42.0, 30.0]))
    assert "✗" in sentence
    assert "2.00" in sentence
    (sentence,) = published_words(row("lenet-core-seconds", [14.0, 30.0]))
    assert "✓" in sentence
    (sentence,) = published_words(row("lenet-core-seconds", [14.0, 30.0], accuracy=0.97))
    assert "✗" in sentence


@pytest.mark.parametrize(
    ("measure", "value", "expected"),
    [
        ("seconds", 0.8124, "0.812 s"),
        ("seconds", 1.7e-6, "1.70 µs"),
        ("core_seconds", 21.34, "21.3 s"),
        ("memory", 421e6, "421 MB"),
    ],
)
def test_a_value_has_its_unit(measure, value, expected):
    work = replace(WORKS["mlp-small"], measure=measure)
    measured = [
        Measured(entry, values)
        for entry, values in zip(work.entries, ([value], [value] * 2, []), strict=True)
    ]
    assert words(value_words, Row(work, measured, rounds=1)) == [expected, expected, "–"]
    assert words(value_words, Row(work, measured, rounds=2)) == [f"{expected} (n = 1)", expected, "–"]


def test_sizes_are_named_by_their_size():
    work = WORKS["growth-samples"]
    assert entry_label(work, work.entries[-1]) == "60,000 instances"
