"""A finding: what is wrong with a training, the numbers that show it, and its words in the reader's language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gradiente.formatting import evidence_in_words
from gradiente.locale import text


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a training.

    Arguments:
        key: its name: "rate_large"
        evidence: the numbers of the run that show it, by name; those called share or …_share are fractions of 1
        remark: whether it is worth knowing only, and nothing has to be mended

    >>> print(Finding("few_updates", {"steps": 40, "epochs": 40, "more": 200}).remedy)
    --epochs 200, or a smaller --batch-size
    """

    key: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    remark: bool = False

    @property
    def statement(self) -> str:
        """What is wrong, with its numbers."""
        return text(f"diagnosis.{self.key}", **evidence_in_words(self.evidence))

    @property
    def why(self) -> str:
        """The formula that it comes from."""
        return text(f"diagnosis.{self.key}.why", **evidence_in_words(self.evidence))

    @property
    def remedy(self) -> str:
        """What to type."""
        return text(f"diagnosis.{self.key}.remedy", **evidence_in_words(self.evidence))

    def to_dict(self) -> dict[str, Any]:
        """As plain data, with its words."""
        words = {"statement": self.statement, "why": self.why, "remedy": self.remedy}
        return {"key": self.key, "remark": self.remark, "evidence": dict(self.evidence), **words}

    def __str__(self) -> str:
        return self.statement


@dataclass(frozen=True)
class Diagnosis:
    """The findings of a training, the gravest first; none where nothing is wrong.

    >>> bool(Diagnosis(())), len(Diagnosis((Finding("symmetric", {"layer": 1, "units": 64}),)))
    (False, 1)
    """

    findings: tuple[Finding, ...]

    @property
    def keys(self) -> list[str]:
        """The names of the findings that have to be mended: no remarks."""
        return [finding.key for finding in self.findings if not finding.remark]

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __getitem__(self, place: int) -> Finding:
        return self.findings[place]

    def __str__(self) -> str:
        """What is wrong, why, and what to type."""
        if not self.findings:
            return text("diagnosis.nothing")
        shown = [
            f"{finding.statement}\n  {text('diagnosis.why')}: {finding.why}\n"
            f"  {text('diagnosis.remedy')}: {finding.remedy}"
            for finding in self.findings
        ]
        return "\n\n".join(shown)

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {"findings": [finding.to_dict() for finding in self.findings]}
