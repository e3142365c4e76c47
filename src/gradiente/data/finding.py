"""What every finding is, about data or about a training: a name, the numbers that show it, and its words."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from gradiente.formatting import evidence_in_words
from gradiente.locale import text


@dataclass(frozen=True)
class BaseFinding(ABC):
    """One thing that was found.

    Arguments:
        key: its name: "leak"
        evidence: the numbers that show it, by name; those called share or …_share are fractions of 1
    """

    words: ClassVar[tuple[str, ...]] = ("statement", "remedy")  # what it says, in `to_dict`

    key: str
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    @abstractmethod
    def message(self) -> str:
        """The key of its statement in the catalogue, with which its other messages begin."""

    @property
    def statement(self) -> str:
        """What was found, with its numbers."""
        return text(self.message, **evidence_in_words(self.evidence))

    @property
    def remedy(self) -> str:
        """What to type."""
        return text(f"{self.message}.remedy", **evidence_in_words(self.evidence))

    def to_dict(self) -> dict[str, Any]:
        """As plain data, with its words."""
        words = {name: getattr(self, name) for name in self.words}
        return {**vars(self), "evidence": dict(self.evidence), **words}
