"""A finding: what is odd about data, the numbers that show it, and what to type, in the reader's language."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from gradiente.data.checks.columns import ColumnFacts
from gradiente.formatting import evidence_in_words
from gradiente.locale import text

# It makes training impossible; its results are not what they seem; it is worth knowing.
Level = Literal["stops", "warning", "remark"]
LEVELS: tuple[Level, ...] = ("stops", "warning", "remark")


@dataclass(frozen=True)
class Finding:
    """One thing that is odd about a data set.

    Arguments:
        key: its name: "leak"
        evidence: the numbers that show it, by name; those called share or …_share are fractions of 1
        level: "stops" training, makes its results other than they seem ("warning"), or is worth knowing ("remark")
        column: the column it is about, where it is one

    >>> print(Finding("constant_column", {"column": "unit", "value": "kg"}, "remark", "unit").remedy)
    --drop unit
    """

    key: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    level: Level = "warning"
    column: str | None = None

    @property
    def statement(self) -> str:
        """What is odd, with its numbers."""
        return text(f"check.{self.key}", **evidence_in_words(self.evidence))

    @property
    def remedy(self) -> str:
        """What to type."""
        return text(f"check.{self.key}.remedy", **evidence_in_words(self.evidence))

    def to_dict(self) -> dict[str, Any]:
        """As plain data, with its words."""
        words = {"statement": self.statement, "remedy": self.remedy}
        return {
            "key": self.key,
            "level": self.level,
            "column": self.column,
            "evidence": dict(self.evidence),
            **words,
        }

    def __str__(self) -> str:
        return f"{self.statement} → {self.remedy}"


@dataclass(frozen=True)
class DataReport:
    """What a check of a data set found: its columns, and the findings, the gravest first.

    >>> report = DataReport("houses", (), (Finding("constant_column", {"column": "unit", "value": "kg"}, "remark"),))
    >>> report.keys, report.can_train
    (['constant_column'], True)
    """

    name: str
    columns: Sequence[ColumnFacts]
    findings: tuple[Finding, ...]

    @property
    def keys(self) -> list[str]:
        """The names of the findings."""
        return [finding.key for finding in self.findings]

    @property
    def can_train(self) -> bool:
        """Whether nothing makes training impossible."""
        return all(finding.level != "stops" for finding in self.findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __str__(self) -> str:
        """The findings, a line each."""
        return "\n".join(map(str, self.findings)) or text("check.nothing")

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "name": self.name,
            "can_train": self.can_train,
            "columns": [column.to_dict() for column in self.columns],
            "findings": [finding.to_dict() for finding in self.findings],
        }
