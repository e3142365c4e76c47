"""Verdicts that are kept: what was checked once is not checked again."""

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from gradiente.checker.verdict import Verdict
from gradiente.errors import FileError
from gradiente.files import read_text
from gradiente.storage import write_atomically


@dataclass(frozen=True)
class Store:
    """A folder with a file for every verdict, named by all that the verdict depends on."""

    folder: Path

    @staticmethod
    def key(content: bytes, suffix: str, asked: str, isolation: str) -> str:
        """The SHA-256 of a submission's bytes, its kind, what it is checked as, its isolation, and the version of
        gradiente."""
        head = "\n".join((version("gradiente"), asked, isolation, suffix, ""))
        return hashlib.sha256(head.encode() + content).hexdigest()

    def get(self, key: str) -> Verdict | None:
        """The verdict, or None where there is none, or none that can be read."""
        try:
            return Verdict.from_dict(json.loads(read_text(self._path(key))))
        except (FileError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def put(self, key: str, verdict: str) -> Verdict:
        """Keep a verdict, given as JSON, and read it back: the same words now as in a later run."""
        write_atomically(self._path(key), verdict)
        return Verdict.from_dict(json.loads(verdict))

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"
