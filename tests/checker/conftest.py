"""Verdicts that take long: every one is found once, and shared by the tests and the workers of a run."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Self

import pytest

from gradiente.checker.checking import check
from gradiente.checker.running.sandbox import Limits, Sandbox
from gradiente.checker.verdict import Verdict
from gradiente.storage import json_text, write_atomically

CheckSource = Callable[..., Verdict]


@pytest.fixture(scope="session")
def check_source(tmp_path_factory, worker_id) -> CheckSource:
    """`check` on the text of a script, which is checked only where no test of this run has done so."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "verdicts"
    folder.mkdir(exist_ok=True)

    def checked(source: str, workshop: str | None = None) -> Verdict:
        key = hashlib.sha256(f"{workshop}\n{source}".encode()).hexdigest()
        kept = folder / f"{key}.json"
        if not kept.exists():
            path = tmp_path_factory.mktemp("submission") / "taller.py"
            path.write_text(source, encoding="utf-8")
            write_atomically(kept, json_text(check(path, workshop).to_dict()))
        return Verdict.from_dict(json.loads(kept.read_text(encoding="utf-8")))

    return checked


class WarmSandbox(Sandbox):
    """A sandbox whose process loads one file after another, so that NumPy and PyTorch are imported only once."""

    def renew(self, source: str, *, cells: bool = False, limits: Limits | None = None) -> Self:
        limits = limits or Limits()
        if limits.memory != self.limits.memory:
            self._end()
        self.source, self.cells, self.limits = source, cells, replace(limits, processor=3600)  # of all files
        self._left = limits.total
        return self

    def load(self, *, observe=False):
        if self._process is None:
            return super().load(observe=observe)
        return self._load(observe=observe)

    def __enter__(self):
        return self if self._folder else super().__enter__()

    def __exit__(self, *_: object) -> None:
        """It is closed at the end of all tests."""


@pytest.fixture(scope="session")
def warm_sandbox() -> Iterator[WarmSandbox]:
    """One process of a student's code for all files of this worker."""
    sandbox = WarmSandbox("")
    yield sandbox
    Sandbox.__exit__(sandbox)


@pytest.fixture
def one_process(monkeypatch, warm_sandbox):
    """`check` runs its files in one process, one after the other."""
    for user in ("checking", "workshop_check"):
        monkeypatch.setattr(f"gradiente.checker.{user}.Sandbox", warm_sandbox.renew)
