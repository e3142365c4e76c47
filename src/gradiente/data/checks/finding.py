"""A finding: what is odd about data, the numbers that show it, and what to type, in the reader's language."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from gradiente.data.checks.columns import ColumnFacts
from gradiente.data.finding import BaseFinding
from gradiente.locale import text

# It makes training impossible; its results are not what they seem; it is worth knowing.
Level = Literal["stops", "warning", "remark"]
LEVELS: tuple[Level, ...] = ("stops", "warning", "remark")


@dataclass(frozen=True)
class Finding(BaseFinding):
    """One thing that is odd about a data set.

    Arguments:
        key, evidence: as of every `BaseFinding`
        level: "stops" training, makes its results other than they seem ("warning"), or is worth knowing ("remark")
        column: the column it is about, where it is one

    >>> print(Finding("constant_column", {"column": "unit", "value": "kg"}, "remark", "unit").remedy)
    --drop unit
    """

    level: Level = "warning"
    column: str | None = None

    @property
    def message(self) -> str:
        return f"check.{self.key}"

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
