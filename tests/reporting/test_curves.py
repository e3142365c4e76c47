import math
import re

import numpy as np
import pytest

from gradiente.reporting.curves import curves, values
from gradiente.training.history import History


def history(losses, **columns):
    return History(
        [
            {"epoch": i + 1, "loss": loss, **{name: column[i] for name, column in columns.items()}}
            for i, loss in enumerate(losses)
        ]
    )


def drawn(*args, restored=False, **kwargs):
    result = curves(history(*args, **kwargs), restored=restored)
    assert result is not None
    return result


def test_the_best_epoch_is_that_of_the_validation_loss():
    assert "best: 2" in drawn([3.0, 2.0, 1.0], val_loss=[2.0, 1.0, 1.5])
    assert "best: 3" in drawn([3.0, 2.0, 1.0])


def test_the_best_epoch_is_that_of_the_monitored_measure():
    section = curves(history([3.0, 2.0, 1.0], accuracy=[0.9, 0.8, 0.7]), monitor="accuracy")
    assert section is not None
    assert "best: 1" in section


def test_more_than_two_decades_take_a_log_scale():
    assert "log scale" in drawn([1.0, 0.1, 0.009])
    assert "log scale" not in drawn([1.0, 0.1, 0.011])
    assert "log scale" not in drawn([1.0, 0.001, 0.0])


def test_there_is_a_chart_for_what_was_measured():
    assert drawn([1.0, 0.5]).count("<svg") == 1
    assert drawn([1.0, 0.5], accuracy=[0.5, 0.6]).count("<svg") == 2
    assert drawn([1.0, 0.5], lr=[0.1, 0.1]).count("<svg") == 1
    assert "Learning rate" in drawn([1.0, 0.5], lr=[0.1, 0.01])


def test_one_epoch_none_at_all_and_a_loss_that_is_no_number():
    assert "<svg" in drawn([0.5])
    assert curves(History()) is None
    assert "nan" not in drawn([1.0, math.nan, 0.5])


def test_what_an_epoch_lacks_is_not_a_number():
    records = [{"epoch": 1, "loss": 1.0, "val_loss": 2.0}, {"epoch": 2, "loss": 1.0, "val_loss": None}]
    assert np.array_equal(values(History(records), "val_loss"), [2.0, math.nan], equal_nan=True)


def test_the_accuracy_axis_ends_at_all():
    ticks = drawn([1.0, 0.5], accuracy=[0.97, 1.0])
    assert ">100\u202f%<" in ticks
    assert ">101\u202f%<" not in ticks


def drawn_line(section, colour):
    """The points of the first line of that colour."""
    (path,) = re.findall(rf'<path d="([^"]*)"[^>]*stroke: var\(--{colour}\); stroke-width: 2;', section)
    return np.array(re.findall(r"[ML] (\S+) ([\d.]+)", path), dtype=float)


def test_what_comes_after_the_kept_epoch_is_shaded_and_said_to_be_discarded():
    validation = [4.0, 3.0, 2.0, 3.0, 4.0]
    section = drawn([4.0, 3.0, 2.0, 1.0, 0.5], val_loss=validation, restored=True)
    assert "kept: epoch 3" in section
    assert "parameters of epoch 3, the best one by validation loss" in section
    assert ">discarded<" in section
    (shaded,) = re.findall(r'<path d="([^"]*)"[^>]*fill: var\(--wash\)', section)
    across = [float(x) for x in re.findall(r"[ML] (\S+)", shaded)]
    x = drawn_line(section, "accent")[:, 0]
    assert (min(across), max(across)) == (x[2], x[4])


@pytest.mark.parametrize(
    ("validation", "restored"), [([3.0, 2.0, 2.5], False), ([3.0, 2.0, 1.0], True), ([3.0, 2.0, 1.0], False)]
)
def test_nothing_is_discarded_by_a_training_that_ends_where_it_ends(validation, restored):
    section = drawn([3.0, 2.0, 1.0], val_loss=validation, restored=restored)
    assert "discarded" not in section
    assert "--wash" not in section
    last_is_best = validation[-1] == min(validation)
    assert ("kept: epoch 3" in section) == (restored or not last_is_best)
    assert ("best: 2" in section) == (not last_is_best)


def test_an_epoch_that_was_not_finished_is_not_marked_as_kept():
    unfinished = curves(history([3.0, 2.0, 2.5]), steps=4)
    assert unfinished is not None
    assert "kept" not in unfinished
    assert "best: 2" in unfinished


def test_the_training_loss_is_drawn_without_its_penalty():
    loss, penalty, validation = [4.0, 2.0, 1.0], [0.5, 2.0, 4.0], [3.0, 2.5, 2.0]
    both = [value + part for value, part in zip(loss, penalty, strict=True)]
    plain, penalized = drawn(loss, val_loss=validation), drawn(both, penalty=penalty, val_loss=validation)
    for colour in ("muted", "accent"):
        assert np.array_equal(drawn_line(plain, colour), drawn_line(penalized, colour))
    assert ">Loss without penalty<" in penalized
    assert "penalty" not in plain
