"""Moodle's Virtual Programming Lab: vpl_run.sh and vpl_evaluate.sh, which prints comments and a grade.

https://vpl.dis.ulpgc.es/documentation: a block of comments stands between <|-- and --|>, the grade after Grade :=>>.
"""

import math
import os
from shlex import join

from gradiente.errors import require
from gradiente.grading.gradebook import GradedStudent
from gradiente.grading.spreadsheet import points_text
from gradiente.grading.systems.assignment import Assignment
from gradiente.grading.systems.scored_test import scored_tests, share, summary
from gradiente.locale import get_language, text

# VPL runs what these scripts write, vpl_execution, and deletes its other files before: the rubric or exercise is in it.
_EVALUATE = """#!/bin/bash
cat > vpl_execution <<'END_OF_SCRIPT'
#!/bin/bash
. ./vpl_environment.sh
export PYTHONUTF8=1
cat > {file} <<'END_OF_FILE'
{content}END_OF_FILE
python3 {arguments}
END_OF_SCRIPT
chmod +x vpl_execution
"""
_RUN = """#!/bin/bash
cat > vpl_execution <<'END_OF_SCRIPT'
#!/bin/bash
. ./vpl_environment.sh
export PYTHONUTF8=1
cat > {file} <<'END_OF_FILE'
{content}END_OF_FILE
python3 -P -m gradiente check "$VPL_SUBFILE0" {options} --lang {language}
END_OF_SCRIPT
chmod +x vpl_execution
"""
GRADES = {"VPL_GRADEMIN": 0.0, "VPL_GRADEMAX": 10.0}  # VPL's own, where the activity says none


def files(assignment: Assignment) -> dict[str, str]:
    """The execution files of the activity."""
    settings = {"file": assignment.file, "content": assignment.content}
    arguments = join([*assignment.arguments("vpl", "."), assignment.file])
    options = join(word for pair in assignment.options.items() for word in pair)
    evaluate = _EVALUATE.format(arguments=arguments, **settings)
    run = _RUN.format(options=options, language=get_language(), **settings)
    return {"vpl_run.sh": run, "vpl_evaluate.sh": evaluate}


def result(row: GradedStudent, assignment: Assignment) -> str:
    """The comments, and the grade in the range of the activity, which VPL gives in the environment.

    Every line of a comment has VPL's mark of a title or of fixed text, so that none is taken for a grade or the end.
    """
    blocks = [_fixed(summary(row))]
    for test in scored_tests(row, assignment):
        of = text("grade.points_of", maximum=points_text(test.maximum))
        blocks.append(f"-{test.name}: {points_text(test.score)} {of}\n{_fixed(test.output)}")
    low, high = (_limit(name) for name in GRADES)
    grade = points_text(low + share(row) * (high - low))
    comments = "\n".join(f"<|--\n{block}\n--|>" for block in blocks)
    return f"{comments}\nGrade :=>> {grade}"


def _fixed(words: str) -> str:
    return "\n".join(f">{line}" for line in words.splitlines())


def _limit(name: str) -> float:
    """The activity's lowest or highest grade.

    Errors: ArgumentError where it is no number
    """
    written = os.environ.get(name) or str(GRADES[name])
    try:
        value = float(written)
    except ValueError:
        value = math.nan
    require(math.isfinite(value), "autograder.vpl_grade", name=name, value=repr(written))
    return value
