"""PyTorch's own test inputs and ONNX's, run over every concept that is here: how many there are, apply and pass.

A vector applies when a class of ours says everything that it asks for; one that does not is counted under the option
or the concept that is missing. A vector that applies is compared: y or J, ∂J/∂x and every ∂J/∂parameter with PyTorch's
autograd in float64, to 1e-12 of the largest number; θ of an optimizer and α of a schedule to 1e-10; an output of ONNX
in its own float32 to 1e-5. One that fails is shown with its input, and the exit status is 1. Usage:

    python benchmarks/vectors.py [--source modules functions optimizers schedulers onnx] [--only nn.Conv2d]
    python benchmarks/vectors.py --write docs       # docs/equality.md and docs/equality.es.md

It needs PyTorch, expecttest (for PyTorch's lists of inputs) and onnx, as the tests do: pip install -e ".[test]"
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gradiente.errors import GradienteError, require_installed

if TYPE_CHECKING:
    from vector_cases import Outcome

NEEDED = {
    "modules": ("torch", "expecttest"),
    "functions": ("torch", "expecttest"),
    "optimizers": ("torch", "expecttest"),
    "schedulers": ("torch", "expecttest"),
    "onnx": ("torch", "onnx"),
}


def judged(sources: Sequence[str], only: str, seed: int) -> "dict[str, list[Outcome]]":
    """What came of every vector whose name begins so, by source."""
    from vector_cases import SOURCES, judge

    return {
        source: [judge(vector) for vector in SOURCES[source](seed) if vector.name.startswith(only)]
        for source in SOURCES
        if source in sources
    }


def show(results: "Mapping[str, Sequence[Outcome]]") -> bool:
    """Print every table; whether all that applies passed."""
    from vector_cases import other_concepts, rows, total

    outcomes = [outcome for source in results for outcome in results[source]]
    for source in results:
        print(f"\n{source:44} {'vectors':>8} {'apply':>8} {'pass':>8}")
        found = rows(results[source])
        for row in [*found, total("in all", found)]:
            print(f"{row.name:44} {row.vectors:8,} {row.applicable:8,} {row.passed:8,}")
            if row.name != "in all":
                for option, asked in row.missing.most_common():
                    print(f"{'':48}missing {asked:4,}  {option}")
    missing = ", ".join(f"{name} {asked:,}" for name, asked in other_concepts(outcomes).most_common())
    print(f"\nconcepts that are not here, with their vectors: {missing or 'none'}")
    failed = [outcome for outcome in outcomes if outcome.failure]
    for outcome in failed:
        print(f"\nFAILED {outcome.vector.name}: {outcome.failure}\n{outcome.vector.shown()}")
        print(f"alone: python benchmarks/vectors.py --only {outcome.vector.name!r}")
    applicable = sum(outcome.applies for outcome in outcomes)
    print(f"\n{applicable - len(failed):,} of the {applicable:,} vectors that apply passed")
    return not failed


def write(results: "Mapping[str, Sequence[Outcome]]", folder: Path) -> None:
    """Both pages, made anew."""
    from definitions import differing_definitions
    from equality_page import PAGES, page

    numbers = differing_definitions()
    for language, name in PAGES.items():
        (folder / name).write_text(page(results, numbers, language), encoding="utf-8")
        print(f"written: {folder / name}")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--source", nargs="+", choices=NEEDED, default=list(NEEDED), help="which lists of inputs"
    )
    parser.add_argument("--only", default="", metavar="NAME", help="the vectors whose name begins so")
    parser.add_argument(
        "--seed", type=int, default=0, help="of the numbers that PyTorch's inputs are drawn from"
    )
    parser.add_argument(
        "--write", type=Path, metavar="FOLDER", help="write the pages made of all vectors there"
    )
    options = parser.parse_args()
    if options.write and (options.only or options.seed or set(options.source) != set(NEEDED)):
        parser.error("the pages are made of all vectors, with seed 0: --write stands alone")
    try:
        for package in {package: 0 for source in options.source for package in NEEDED[source]}:
            require_installed(package, extra="test")
    except GradienteError as error:
        parser.exit(2, f"{error}\n")
    results = judged(options.source, options.only, options.seed)
    if not any(results.values()):
        parser.exit(2, f"no vector has a name that begins with {options.only!r}\n")
    passed = show(results)
    if options.write:
        write(results, options.write)
    return 0 if passed else 1


if __name__ == "__main__":
    raise SystemExit(main())
