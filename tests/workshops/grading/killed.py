"""A class being graded, to be killed in the midst: python killed.py FOLDER VERDICTS WORKERS"""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.workshops.grading.stub import check

from gradiente.workshops.grading import grade, submissions

if __name__ == "__main__":
    folder, verdicts, workers = sys.argv[1:]
    grade(submissions(folder), Path(verdicts), check, workers=int(workers))
