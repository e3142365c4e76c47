"""docs/equality.md and docs/equality.es.md, from what came of the vectors: `python benchmarks/vectors.py --write docs`.

The sentences are in equality/en.md and equality/es.md; the tables, and the numbers in the sentences, are made here.
"""

import csv
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from vector_cases import CONCEPTS, EPOCHS, STEPS, Outcome, Row, other_concepts, rows, total

FOLDER = Path(__file__).parent / "equality"
PAGES = {"en": "equality.md", "es": "equality.es.md"}
PACKAGES = {
    "gradiente": "gradiente",
    "NumPy": "numpy",
    "PyTorch": "torch",
    "ONNX": "onnx",
    "torchmetrics": "torchmetrics",
    "scikit-learn": "scikit-learn",
}
ELSEWHERE = {"Sequential": "Network"}  # names of torch.nn that have another name here
MOST = 25  # options that are listed
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
Results = Mapping[str, Sequence[Outcome]]  # by source


@dataclass(frozen=True)
class Number:
    """A number in a sentence, written as in a language; its form "power" is the power of ten above it."""

    value: float
    language: str

    def __format__(self, form: str) -> str:
        if math.isnan(self.value):
            return "NaN"
        if form == "power":
            return "10" + str(math.ceil(math.log10(self.value))).translate(SUPERSCRIPTS)
        if form == "d":
            return grouped(int(self.value), self.language)
        written = format(self.value, form)
        return written.replace(".", ",") if self.language == "es" else written


def grouped(number: int, language: str) -> str:
    """A whole number in groups of three digits: 3,760 in English, 3.760 in Spanish."""
    written = f"{number:,}"
    return written.replace(",", ".") if language == "es" else written


def page(results: Results, numbers: Mapping[str, float], language: str) -> str:
    """The page in one language.

    Arguments:
        results: what came of every vector, by source
        numbers: those in the section on definitions that differ
    """
    words = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    template = (FOLDER / f"{language}.md").read_text(encoding="utf-8")
    pages = _Tables(results, language, words)
    present = sum(here for *_, here in used_names())
    values = {"steps": STEPS, "epochs": EPOCHS, "present": present, **numbers}
    return template.format(
        versions=", ".join(
            f"{name} {version(package).partition('+')[0]}" for name, package in PACKAGES.items()
        ),
        totals=pages.totals(),
        verdict=pages.verdict(),
        modules=pages.operators("modules"),
        functions=pages.operators("functions"),
        rules=pages.operators("optimizers", "schedulers"),
        onnx=pages.operators("onnx"),
        options=pages.options(),
        concepts=pages.concepts(),
        names=pages.names(),
        **{name: Number(value, language) for name, value in values.items()},
    )


def used_names() -> list[tuple[str, str, str, bool]]:
    """The most used names of torch.nn: in how many of how many excerpts each was found, and whether it is here."""
    with (FOLDER / "torch_names.csv").open(encoding="utf-8", newline="") as file:
        counted = [(row["name"], row["found"], row["of"]) for row in csv.DictReader(file)]
    return [(name, found, of, name in ELSEWHERE or name in CONCEPTS) for name, found, of in counted]


class _Tables:
    """The tables of one page."""

    def __init__(self, results: Results, language: str, words: Mapping[str, Mapping[str, str]]) -> None:
        self.results = results
        self.language = language
        self.words = words
        self.pytorch = [outcome for source in results if source != "onnx" for outcome in results[source]]

    def totals(self) -> str:
        parts = [total(source, rows(outcomes)) for source, outcomes in self.results.items()]
        *torch, onnx = parts
        summed = [*torch, total("pytorch", torch), onnx]
        body = [[self.words["sources"][part.name], *self._counts(part)] for part in summed]
        return self._table(["source", "vectors", "apply", "pass"], body)

    def verdict(self) -> str:
        failed = [o for outcomes in self.results.values() for o in outcomes if o.failure]
        if not failed:
            return self.words["headings"]["none_fails"]
        names = ", ".join(f"`{outcome.vector.name}`" for outcome in failed)
        return f"{self.words['headings']['these_fail']} {names}."

    def operators(self, *sources: str) -> str:
        found = [row for source in sources for row in rows(self.results[source])]
        body = [[f"`{row.name}`", *self._counts(row), self._missing(row.missing)] for row in found]
        return self._table(["operator", "vectors", "apply", "pass", "missing"], body)

    def options(self) -> str:
        """The options that most vectors ask for, of both libraries together."""
        asked = {"pytorch": self._asked(self.pytorch), "onnx": self._asked(self.results["onnx"])}
        both = asked["pytorch"] + asked["onnx"]
        body = [
            [
                f"`{concept}`",
                self.phrase(option),
                *(self._count(counts[concept, option]) for counts in asked.values()),
            ]
            for concept, option in sorted(both, key=lambda pair: (-both[pair], pair))[:MOST]
        ]
        return self._table(["class", "option", "pytorch", "onnx"], body)

    def concepts(self) -> str:
        """Those that are not here, of both libraries, with their vectors."""
        counts = other_concepts(self.pytorch) + other_concepts(self.results["onnx"])
        most = sorted(counts, key=lambda name: (-counts[name], name))
        return ", ".join(f"`{name}` {self._count(counts[name])}" for name in most)

    def names(self) -> str:
        of = self.words["headings"]["of"]
        body = [
            [f"`{name}`", f"{found} {of} {number}", f"`{ELSEWHERE.get(name, name)}`" if here else "–"]
            for name, found, number, here in used_names()
        ]
        return self._table(["name", "found", "here"], body)

    def phrase(self, missing: str) -> str:
        """A missing option: a name of code as it is, words in the language of the page."""
        number = re.search(r"\d+", missing)
        pattern = missing.replace(number[0], "{n}", 1) if number else missing
        if pattern in self.words["phrases"]:
            return self.words["phrases"][pattern].format(n=number[0] if number else "")
        return f"`{missing}`"

    def _asked(self, outcomes: Iterable[Outcome]) -> Counter[tuple[str, str]]:
        return Counter(
            (o.vector.concept, o.missing) for o in outcomes if o.missing and o.vector.concept in CONCEPTS
        )

    def _missing(self, options: Counter[str]) -> str:
        most = sorted(options, key=lambda option: (-options[option], option))
        return ", ".join(f"{self.phrase(option)} ×{self._count(options[option])}" for option in most)

    def _counts(self, row: Row) -> list[str]:
        return [self._count(number) for number in (row.vectors, row.applicable, row.passed)]

    def _count(self, number: int) -> str:
        return grouped(number, self.language)

    def _table(self, headings: Sequence[str], body: Sequence[Sequence[str]]) -> str:
        first = [self.words["headings"][name] for name in headings]
        return "\n".join(f"| {' | '.join(row)} |" for row in [first, ["---"] * len(first), *body])
