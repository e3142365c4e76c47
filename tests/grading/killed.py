"""A class being graded, to be killed in the midst: python -m tests.grading.killed FOLDER VERDICTS WORKERS"""

import sys
from pathlib import Path

from gradiente.grading import grade, submissions

from .stub import check

if __name__ == "__main__":
    folder, verdicts, workers = sys.argv[1:]
    grade(submissions(folder), Path(verdicts), check, workers=int(workers))
