"""The checker's two figures: planted mistakes that are named rightly, and right code that is accused.

The files are those of tests/checker/corpus: both workshops, written in a dozen styles, right ones and ones with
a single mistake or two. A mistake is named rightly when the findings are its key and nothing else: a consequence that
is reported as a second mistake counts as a failure. Usage:

    python benchmarks/diagnosis.py [--workers 2] [--all]
"""

import argparse
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from corpus import MISTAKES, PAIRS, RIGHT, Case

from gradiente.checker import check


def checked(case: Case) -> tuple[tuple[str, ...], float]:
    """The keys of what was found, and the seconds that it took."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "submission.py"
        path.write_text(case.source, encoding="utf-8")
        started = time.perf_counter()
        verdict = check(path, case.workshop)
        seconds = time.perf_counter() - started
    return tuple(finding.mistake for finding in verdict.all_findings), seconds


def misses(cases: Sequence[Case], found: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """The cases in which something else was found than is there."""
    for case, keys in zip(cases, found, strict=True):
        if sorted(keys) != sorted(case.keys):
            yield f"  {case.name}: {', '.join(case.keys) or 'right'}, found {', '.join(keys) or 'nothing'}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--all", action="store_true", help="name every case that fails")
    options = parser.parse_args()
    cases = [*RIGHT, *MISTAKES, *PAIRS]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.workers, mp_context=context) as pool:
        results = list(pool.map(checked, cases, chunksize=4))
    found = dict(zip((case.name for case in cases), (keys for keys, _ in results), strict=True))
    seconds = sorted(taken for _, taken in results)
    for title, chosen in (("mistakes", MISTAKES), ("pairs of mistakes", PAIRS)):
        wrong = list(misses(chosen, [found[case.name] for case in chosen]))
        share = 1 - len(wrong) / len(chosen)
        kinds = len({key for case in chosen for key in case.keys})
        print(f"{title}: {share:.1%} of {len(chosen)} files named rightly ({kinds} kinds)")
        print(*wrong[: None if options.all else 12], sep="\n")
    accused = list(misses(RIGHT, [found[case.name] for case in RIGHT]))
    print(f"right code: {len(accused)} of {len(RIGHT)} files accused", *accused, sep="\n")
    print(f"a check: median {statistics.median(seconds):.2f} s, slowest {seconds[-1]:.2f} s")


if __name__ == "__main__":
    main()
