"""A checker for the tests: the first line of a submission says what is to happen, a log counts the calls."""

import os
import signal
import sys
import time
from pathlib import Path

from gradiente.checker.verdict import Finding, FunctionVerdict, Status, Verdict, WorkedExample
from gradiente.checker.workshop import WORKSHOPS
from gradiente.errors import FileError
from gradiente.locale import LANGUAGES, catalogue

LOG = "GRADING_STUB_LOG"
WORDS = {
    "mistake.stub_one": ("the factor is missing in {quantity}", "falta el factor en {quantity}"),
    "mistake.stub_two": ("the sign of {quantity} is wrong", "el signo de {quantity} es incorrecto"),
    "mistake.stub_syntax": ("a colon is missing", "faltan dos puntos"),
    "variant.stub": ("instances are {kind}", "las instancias son {kind}"),
    "notice.stub": ("read as {encoding}", "leído como {encoding}"),
}
WORKED = WorkedExample(
    "dW[1]", (0, 2), (("a", "2 · 3", "6"), ("b", "1 · 1", "1")), "7 / 4 = 1.75", 1.75, float("nan")
)


def verdict(*mistakes, workshop="xor", variants=(), findings=(), notices=(), status: Status = "wrong"):
    """A verdict in which the first functions have these mistakes, (key, quantity), and the others are right."""
    functions = []
    for place, name in enumerate(WORKSHOPS[workshop].functions):
        made = mistakes[place] if place < len(mistakes) else ()
        found = tuple(
            Finding(key, name, quantity, 3, {"quantity": quantity}, "δ = a − y", WORKED)
            for key, quantity in made
        )
        functions.append(FunctionVerdict(name, status if found else "right", tuple(variants), found))
    return Verdict("submission.py", workshop, tuple(functions), tuple(findings), tuple(notices), "process")


def check(path, workshop=None):
    for place, code in enumerate(LANGUAGES):  # of this worker, not of the process of the tests
        catalogue(code).update({key: words[place] for key, words in WORDS.items()})
    with open(os.environ[LOG], "a", encoding="utf-8") as log:
        log.write(f"{Path(path).name} {workshop}\n")
    word, *rest = Path(path).read_text(encoding="utf-8").splitlines()[0].removeprefix("# ").split()
    if word == "mistake":
        return verdict([tuple(rest)])
    if word == "twice":
        return verdict([tuple(rest)], [tuple(rest)])
    if word == "syntax":
        return Verdict("submission.py", "", findings=(Finding("stub_syntax", line=2),))
    if word == "unstorable":
        return Verdict("submission.py", "", findings=(Finding("stub_syntax", values={"words": "\ud800"}),))
    if word == "unprintable":
        raise FileError("file.missing", path="\ud800\r\x1b")
    if word == "unsayable":
        return Verdict("submission.py", "", findings=(Finding("no such words"),))
    if word == "blank":
        return verdict([("stub_one", "")], [("stub_one", "")], status="blank")
    if word == "raise":
        raise RuntimeError(f"the check of {path} is broken\x1b[31m")
    if word == "unreadable":
        raise FileError("file.missing", path=path)
    if word == "exit":
        sys.exit("away")
    if word == "die" or (word == "die_once" and not Path(rest[0]).exists()):
        if rest:
            Path(rest[0]).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if word == "sleep":
        time.sleep(float(rest[0]))
    if word == "threads":
        from threadpoolctl import threadpool_info

        assert {pool["num_threads"] for pool in threadpool_info()} <= {1}
    return verdict()


def calls():
    """How often `check` was called."""
    log = Path(os.environ[LOG])
    return len(log.read_text(encoding="utf-8").splitlines()) if log.exists() else 0
