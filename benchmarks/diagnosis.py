"""How well the checker diagnoses: planted mistakes that are named rightly, right code that is accused, precision and
recall per kind of mistake and per form of the code.

The files are those of tests/checker/corpus, whose README says what is in them: both workshops, written in a dozen
styles, and networks of the file's own; right ones and ones with a single mistake or two. A mistake is named rightly
when the findings are its key and nothing else: a consequence reported as a second mistake counts as a failure. Usage:

    python benchmarks/diagnosis.py [--workers 2] [--all] [--export FOLDER]

--export writes the files and their keys, for another tool, and checks nothing.
"""

import argparse
import ast
import json
import multiprocessing
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from corpus import MISTAKES, PAIRS, RIGHT, RIGHT_NETWORKS, WRONG_NETWORKS, Case, Network

from gradiente.checker import check
from gradiente.errors import GradienteError

NO_VERDICT = "no verdict"


def checked(case: Case | Network) -> tuple[tuple[str, ...], float]:
    """The keys of what was found, and the seconds that it took."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "submission.py"
        path.write_text(case.source, encoding="utf-8")
        started = time.perf_counter()
        try:
            found = check(path, workshop_of(case)).all_findings
            keys = tuple(finding.mistake for finding in found)
        except GradienteError:
            keys = (NO_VERDICT,)
        return keys, time.perf_counter() - started


def workshop_of(case: Case | Network) -> str | None:
    return case.workshop if isinstance(case, Case) else None


def form_of(case: Case | Network) -> str:
    """How the code is written: functions, classes, lists or inline."""
    if isinstance(case, Network):
        return case.form
    return "classes" if any(isinstance(n, ast.ClassDef) for n in ast.parse(case.source).body) else "functions"


def misses(cases: Sequence[Case | Network], found: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """The cases in which something else was found than is there."""
    for case, keys in zip(cases, found, strict=True):
        if sorted(keys) != sorted(case.keys):
            yield f"  {case.name}: {', '.join(case.keys) or 'right'}, found {', '.join(keys) or 'nothing'}"


def print_scores(
    title: str,
    cases: Sequence[Case | Network],
    found: Sequence[tuple[str, ...]],
    group: Callable[[Case | Network, str], str],
) -> None:
    """Precision and recall of the keys, in groups of keys or of cases."""
    hits, planted, named = Counter[str](), Counter[str](), Counter[str]()
    for case, keys in zip(cases, found, strict=True):
        for key in case.keys:
            planted[group(case, key)] += 1
            hits[group(case, key)] += key in keys
        for key in keys:
            named[group(case, key)] += 1
    print(f"\n{title:32} precision  recall  planted  named")
    for name in sorted(planted | named):
        precision = f"{hits[name] / named[name]:.1%}" if named[name] else "-"
        recall = f"{hits[name] / planted[name]:.1%}" if planted[name] else "-"
        print(f"{name:32} {precision:>9}  {recall:>6}  {planted[name]:7}  {named[name]:5}")


def export(folder: Path, cases: Sequence[Case | Network]) -> None:
    """Every file by its name, and index.json with what is in it."""
    folder.mkdir(parents=True)
    index = []
    for case in cases:
        file = f"{case.name}.py"
        (folder / file).write_bytes(case.source.encode())
        entry = {"file": file, "workshop": workshop_of(case), "form": form_of(case), "mistakes": case.keys}
        index.append(entry)
    (folder / "index.json").write_text(json.dumps(index, indent=1), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--all", action="store_true", help="name every case that fails")
    parser.add_argument("--export", type=Path, help="a new folder for the files and index.json")
    options = parser.parse_args()
    right, mistakes = (*RIGHT, *RIGHT_NETWORKS), (*MISTAKES, *WRONG_NETWORKS)
    cases = [*right, *mistakes, *PAIRS]
    if options.export:
        export(options.export, cases)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.workers, mp_context=context) as pool:
        results = list(pool.map(checked, cases, chunksize=4))
    found = dict(zip((case.name for case in cases), (keys for keys, _ in results), strict=True))
    seconds = sorted(taken for _, taken in results)
    for title, chosen in (("mistakes", mistakes), ("pairs of mistakes", PAIRS)):
        wrong = list(misses(chosen, [found[case.name] for case in chosen]))
        share = 1 - len(wrong) / len(chosen)
        kinds = len({key for case in chosen for key in case.keys})
        print(f"{title}: {share:.1%} of {len(chosen)} files named rightly ({kinds} kinds)")
        print(*wrong[: None if options.all else 12], sep="\n")
    accused = list(misses(right, [found[case.name] for case in right]))
    print(f"right code: {len(accused)} of {len(right)} files accused", *accused, sep="\n")
    print(f"a check: median {statistics.median(seconds):.2f} s, slowest {seconds[-1]:.2f} s")
    keys = [found[case.name] for case in cases]
    print_scores("kind of mistake", cases, keys, lambda _, key: key)
    print_scores("form of the code", cases, keys, lambda case, _: form_of(case))


if __name__ == "__main__":
    main()
