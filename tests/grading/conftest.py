"""Folders of classes, and the words of the stub."""

import io
import zipfile
from pathlib import Path

import pytest

from gradiente.locale import LANGUAGES, catalogue

from . import stub


@pytest.fixture(autouse=True)
def stub_words(monkeypatch, tmp_path):
    """The stub's words in both catalogues, and its log."""
    for key, words in stub.WORDS.items():
        for code, message in zip(LANGUAGES, words, strict=True):
            monkeypatch.setitem(catalogue(code), key, message)
    monkeypatch.setenv(stub.LOG, str(tmp_path / "calls.log"))


def write_class(folder, files):
    """Files by their path; None makes a folder."""
    for name, content in files.items():
        path = Path(folder) / name
        if content is None:
            path.mkdir(parents=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Path(folder)


def zipped(files, *, links=(), compression=zipfile.ZIP_DEFLATED):
    """A zip with those files, and with symbolic links to those targets."""
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        for name, target in links:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o120777 << 16
            archive.writestr(entry, target)
    return stored.getvalue()
