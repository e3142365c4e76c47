"""A finding: what is wrong with a training, the numbers that show it, and its words in the reader's language."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from gradiente.data.finding import BaseFinding
from gradiente.formatting import evidence_in_words
from gradiente.locale import text


@dataclass(frozen=True)
class Finding(BaseFinding):
    """One thing that is wrong with a training.

    Arguments:
        key, evidence: as of every `BaseFinding`
        remark: whether it is worth knowing only, and nothing has to be mended

    >>> print(Finding("few_updates", {"steps": 40, "epochs": 40, "more": 200}).remedy)
    --epochs 200, or a smaller --batch-size
    """

    words: ClassVar[tuple[str, ...]] = ("statement", "why", "remedy")

    remark: bool = False

    @property
    def message(self) -> str:
        return f"diagnosis.{self.key}"

    @property
    def why(self) -> str:
        """The formula that it comes from."""
        return text(f"{self.message}.why", **evidence_in_words(self.evidence))

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
