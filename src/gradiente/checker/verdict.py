"""The verdict on a file: as plain data and in words."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, Self

import numpy as np

from gradiente.checker.problem import Problem
from gradiente.errors import require
from gradiente.locale import catalogue, get_language, text

# "unchecked": what it is built on has a mistake, without which nothing can be said of it.
Status = Literal["right", "wrong", "missing", "blank", "error", "unchecked"]
HINTS = (1, 2, 3)


@dataclass(frozen=True)
class WorkedExample:
    """One number of the first wrong quantity, worked out: its terms, its value, and the student's.

    `quantity` is the name, `place` where the number stands in it, in the form in which the student has it; `terms`
    are (symbol, numbers, product), `closing` what makes the number of their sum, "" where nothing more is done.
    Where the student's quantity has another shape, `shape` is that and `wanted` the right one. `whole` is all of the
    right quantity, in the student's form, `problem` what shows the number; they are no part of the verdict as data.
    """

    quantity: str
    place: tuple[int, ...]
    terms: tuple[tuple[str, str, str], ...]
    closing: str
    expected: float
    got: float | None
    shape: tuple[int, ...] | None = None
    wanted: tuple[int, ...] = ()
    whole: np.ndarray | None = field(default=None, compare=False, repr=False)
    problem: Problem | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Finding:
    """One mistake in one function, or what keeps a file from being checked.

    Arguments:
        mistake: its key in the table of mistakes, "unknown" where no known one gives these numbers; in the
            catalogue it has a title `mistake.KEY` and, where there is one, a derivation `mistake.KEY.why`
        function: the student's function it is in, "" for the file
        quantity: the first wrong quantity by the lecture's name, "" where no quantity is wrong
        line: of the file (or of all cells of a notebook one after the other), where it is known
        values: what fills the places of the words
        formula: of the quantity, in the lecture's notation, as plain text
        worked: one number of it, worked out
        right: keys of what is right about it, `check.right.KEY`
    """

    mistake: str
    function: str = ""
    quantity: str = ""
    line: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    formula: str = ""
    worked: WorkedExample | None = None
    right: tuple[str, ...] = ()

    def title(self) -> str:
        """The mistake in one sentence."""
        return self._words(f"mistake.{self.mistake}")

    def why(self) -> str | None:
        """The derivation, for who asks for the last hint; None where there is nothing to derive."""
        key = f"mistake.{self.mistake}.why"
        return self._words(key) if key in catalogue(get_language()) else None

    def _words(self, key: str) -> str:
        """The words of a mistake, the layers in them those of this network, their places filled."""
        words = renumbered(catalogue(get_language())[key], self.values.get("layers_on", 0))
        places = {"function": self.function, "where": self.quantity, "line": self.line, **self.values}
        return words.format(**places)


def renumbered(words: str, shift: int) -> str:
    """Words written for the layers 1 and 2, for a mistake so many layers further on.

    >>> renumbered("W[2] has already been updated when the error goes back through it.", 1)
    'W[3] has already been updated when the error goes back through it.'
    """
    return re.sub(r"\[([12])\]", lambda found: f"[{int(found[1]) + shift}]", words) if shift else words


@dataclass(frozen=True)
class FunctionVerdict:
    """The verdict on one function: its status, which accepted variants it uses, its findings.

    `variants` are keys of `variant.KEY` with the values that fill their places.
    """

    name: str
    status: Status
    variants: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    findings: tuple[Finding, ...] = ()

    def variant_words(self) -> list[str]:
        """The variants, in the reader's language."""
        return [text(f"variant.{key}", **values) for key, values in self.variants]


@dataclass(frozen=True)
class Verdict:
    """A file, checked.

    Arguments:
        file: its name
        workshop: its name, "" where it was not recognized
        functions: in the order of the workshop
        findings: of the file itself: a syntax error, a time limit at import …
        notices: what the student may want to know and is no mistake, keys of `notice.KEY` with their values
        problem: the random problem of the first wrong number, where there is one; no part of the verdict as data
        isolation: "bubblewrap", "process" or "time" (its memory has no limit); "" where nothing was run
    """

    file: str
    workshop: str
    functions: tuple[FunctionVerdict, ...] = ()
    findings: tuple[Finding, ...] = ()
    notices: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    isolation: str = ""
    problem: Problem | None = field(default=None, compare=False, repr=False)

    @property
    def passed(self) -> bool:
        """Whether every function is right, and nothing is wrong with the file."""
        return (
            bool(self.functions)
            and not self.findings
            and all(function.status == "right" for function in self.functions)
        )

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """Those of the file, then those of the functions, in order."""
        return (*self.findings, *(found for function in self.functions for found in function.findings))

    @property
    def shown_problem(self) -> Problem | None:
        """The problem of the first wrong number that has one."""
        worked = (finding.worked for finding in self.all_findings)
        return self.problem or next((one.problem for one in worked if one and one.problem), None)

    def notice_words(self) -> list[str]:
        """The notices, in the reader's language."""
        return [text(f"notice.{key}", **values) for key, values in self.notices]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as JSON has it; `from_dict` is the way back."""
        found = {**asdict(replace(self, problem=None)), "passed": self.passed}
        del found["problem"]
        for finding in (*found["findings"], *(f for entry in found["functions"] for f in entry["findings"])):
            if finding["worked"]:
                del finding["worked"]["whole"], finding["worked"]["problem"]
        return found

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The verdict of that data."""
        functions = tuple(
            FunctionVerdict(
                entry["name"],
                entry["status"],
                _pairs(entry["variants"]),
                tuple(map(_finding, entry["findings"])),
            )
            for entry in data["functions"]
        )
        return cls(
            data["file"],
            data["workshop"],
            functions,
            tuple(map(_finding, data["findings"])),
            _pairs(data["notices"]),
            data["isolation"],
        )


def hint_lines(finding: Finding, hint: int) -> list[str]:
    """A finding in words, without its title: 1 where to look, 2 the formula and one worked number, 3 the derivation.

    Errors: ArgumentError for another hint
    """
    require(hint in HINTS, "check.hint", value=hint)
    lines = [*_shown(finding.values)]
    if finding.quantity:
        lines.append(text("check.first_wrong", quantity=finding.quantity))
    if "in_cell" in finding.values:
        cell, line = finding.values["in_cell"], finding.values["line_in_cell"]
        lines.append(text("check.line_in_cell", cell=cell, line=line))
    elif finding.line is not None:
        lines.append(text("check.line", line=finding.line))
    if "own_line" in finding.values:
        lines.append(f"  {finding.values['own_line']}")
    lines += [text(f"check.right.{key}") for key in finding.right]
    if hint >= 2 and finding.formula:
        lines.append(text("check.formula", formula=finding.formula))
    if hint >= 2 and finding.worked:
        lines += worked_lines(finding.worked)
    if hint >= 3 and (why := finding.why()) is not None:
        lines.append(why)
    return lines


def _shown(values: Mapping[str, Any]) -> list[str]:
    """What the values show by themselves: the line that is no Python, with a caret below; two signatures."""
    if "caret" in values:
        return [values["words"], values["caret"], text(f"check.syntax.{values['kind']}")]
    if "expected" in values and "(" in str(values["expected"]):
        return [
            text("check.signature.expected", signature=values["expected"]),
            text("check.signature.got", signature=values["got"]),
        ]
    return []


def worked_lines(worked: WorkedExample) -> list[str]:
    """One number, term by term, and what came instead."""
    place = f"[{','.join(map(str, worked.place))}]" if worked.place else ""
    name = f"{worked.quantity}{place}"
    lines = [text("check.worked", name=name)]
    lines += [f"  {symbol} = {numbers} = {product}" for symbol, numbers, product in worked.terms]
    if worked.closing:
        lines.append(f"  {worked.closing}")
    lines.append(text("check.expected_got", name=name, expected=f"{worked.expected:.6g}", got=_got(worked)))
    return lines


def _got(worked: WorkedExample) -> str:
    """The student's number, or the shape of what stands in its place."""
    if worked.shape is None:
        return text("check.nothing") if worked.got is None else f"{worked.got:.6g}"
    if worked.got is not None:
        return text("check.got_number", got=f"{worked.got:.6g}")
    return text("check.got_shape", shape=worked.shape, wanted=worked.wanted)


def _pairs(entries: Any) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    return tuple((key, values) for key, values in entries)


def _finding(data: Mapping[str, Any]) -> Finding:
    worked = data["worked"]
    if worked is not None:
        terms = tuple(tuple(entry) for entry in worked["terms"])
        shape = worked["shape"] and tuple(worked["shape"])
        places = {"place": tuple(worked["place"]), "shape": shape, "wanted": tuple(worked["wanted"])}
        worked = WorkedExample(**{**worked, **places, "terms": terms})
    return Finding(**{**data, "worked": worked, "right": tuple(data["right"])})
