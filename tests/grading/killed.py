"""A class being graded, to be killed in the midst: python -m tests.grading.killed FOLDER VERDICTS WORKERS CHECKER"""

import sys
from pathlib import Path

from gradiente.checker import checking
from gradiente.checker.running import isolation
from gradiente.checker.running.sandbox import Limits
from gradiente.grading import grade, submissions

from . import stub

PATIENT = Limits(call=600.0, load=600.0, total=600.0)


def bubblewrap(path, workshop=None):
    """The real check, as well isolated as it can be, with ten minutes' patience."""
    return checking.check(path, workshop, PATIENT)


def process(path, workshop=None):
    """The same in a process only."""
    isolation.bubblewrap_works = lambda: False
    return bubblewrap(path, workshop)


CHECKERS = {"stub": stub.check, "bubblewrap": bubblewrap, "process": process}

if __name__ == "__main__":
    folder, verdicts, workers, checker = sys.argv[1:]
    # In a worker this module has its own name, not __main__.
    from . import killed

    grade(submissions(folder), Path(verdicts), killed.CHECKERS[checker], workers=int(workers))
