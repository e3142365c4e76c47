"""The gravest findings about data, said before a training."""

import logging
import shlex

from gradiente.data.checks.check import check_parts
from gradiente.data.dataset import Dataset
from gradiente.locale import text

MOST = 3  # lines
log = logging.getLogger("gradiente")


def say_findings(train: Dataset, test: Dataset, name: str, *, validates: bool = True) -> None:
    """Say what makes the results of a training other than they seem, in three lines at most, by the log `gradiente`.

    Arguments:
        name: of the data set on the command line
        validates: whether a part of the training rows is to validate
    """
    found = check_parts(train, test, validates=validates)
    warnings = [finding for finding in found if finding.level == "warning"]
    if not warnings:
        return
    shown = warnings[:MOST] if len(found) <= MOST else warnings[: MOST - 1]
    for finding in shown:
        log.warning(str(finding))
    if len(found) > len(shown):
        command = f"gradiente data check {shlex.quote(name)}"
        log.warning(text("check.more", count=len(found) - len(shown), command=command))
