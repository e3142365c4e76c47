"""A file's bytes as text."""

import codecs
import gzip
import zlib
from pathlib import Path

from gradiente.errors import FileError
from gradiente.files import read_file

_GZIP = b"\x1f\x8b"
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
FALLBACK = "cp1252"  # what Excel writes in the west of Europe and in America


def read_text(path: Path, encoding: str | None = None) -> tuple[str, str]:
    """The text in a file, unpacked where it is compressed by gzip, with line ends "\\n"; and its encoding.

    Arguments:
        encoding: as given; None: by the byte order mark, else UTF-8 where every byte fits, else cp1252

    Errors: FileError for a file that cannot be read, is broken, or does not have that encoding
    """
    content = read_file(path)
    if content.startswith(_GZIP):
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise FileError("csv.gzip", path=path) from error
    byte, name = 0, ""
    for name in [encoding] if encoding else _candidates(content):
        try:
            text = content.decode(name)
        except UnicodeError as error:
            byte = getattr(error, "start", 0)
            continue
        if "\0" in text:  # text has none: these are pictures, spreadsheets, or UTF-16 without a mark
            raise FileError("csv.binary", path=path)
        return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), name
    raise FileError("csv.encoding", path=path, encoding=name, byte=byte)


def _candidates(content: bytes) -> list[str]:
    for mark, name in _MARKS.items():
        if content.startswith(mark):
            return [name]
    return ["utf-8", FALLBACK]
