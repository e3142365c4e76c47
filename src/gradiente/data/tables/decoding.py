"""A file's bytes as text, in blocks of a few megabytes: never all of it is in memory."""

import codecs
import contextlib
import gzip
import io
import zlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from gradiente.errors import FileError
from gradiente.files import STANDARD_INPUT, open_file, read_file, unreadable

BLOCK = 1_000_000  # bytes that are read at once
SMALL = 4_000_000  # bytes of a file that is kept in memory
UTF_8 = ("utf-8", "utf-8-sig")
FALLBACK = "cp1252"  # what Excel writes in the west of Europe and in America
_GZIP = b"\x1f\x8b"
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


class TextFile:
    """The text in a file, unpacked where it is compressed by gzip.

    Arguments:
        path: the file; "-" is the standard input, which is kept in memory, as a small file is
        encoding: as given; None: by the byte order mark, else UTF-8 where every byte fits, else cp1252

    Errors: FileError for a file that cannot be read, is broken, or does not have that encoding
    """

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        self.path = path
        self._content = read_file(path) if str(path) == STANDARD_INPUT else _small(path)
        self.encoding = self._found(encoding)

    def blocks(self) -> Iterator[bytes]:
        """Whole lines in UTF-8, which end with "\\n"; the last one may end without it."""
        is_utf_8 = codecs.lookup(self.encoding).name in UTF_8
        decoder = codecs.getincrementaldecoder(self.encoding)()
        rest, is_first = b"", True
        for raw in chain(self._raw(), [b""]):
            content = rest + (raw if is_utf_8 else decoder.decode(raw, not raw).encode())
            if is_first:
                content, is_first = content.removeprefix(codecs.BOM_UTF8), False
            if b"\r" in content:
                ends = bool(raw) and content.endswith(b"\r")  # "\n" may come
                content = content[: len(content) - ends].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
                content += b"\r" * ends
            end = content.rfind(b"\n") + 1 if raw else len(content)
            rest = content[end:]
            if end:
                yield content[:end] if rest else content

    def _raw(self) -> Iterator[bytes]:
        with contextlib.ExitStack() as opened:
            file = opened.enter_context(
                open_file(self.path) if self._content is None else io.BytesIO(self._content)
            )
            try:
                is_packed = file.read(len(_GZIP)) == _GZIP
                file.seek(0)
                unpacked = opened.enter_context(gzip.open(file)) if is_packed else file
                size = BLOCK if self._content is None else SMALL
                while piece := unpacked.read(size):
                    yield piece
            except (gzip.BadGzipFile, EOFError, zlib.error) as error:
                raise FileError("csv.gzip", path=self.path) from error
            except OSError as error:
                raise unreadable(self.path, error) from error

    def _found(self, given: str | None) -> str:
        byte, name = 0, ""
        for name in [given] if given else self._candidates():
            try:
                has_nul = self._has_nul(name)
            except UnicodeError as error:
                byte = getattr(error, "start", 0)
                continue
            if has_nul:  # text has none: these are pictures, spreadsheets, or UTF-16 without a mark
                raise FileError("csv.binary", path=self.path)
            return name
        raise FileError("csv.encoding", path=self.path, encoding=name, byte=byte)

    def _candidates(self) -> list[str]:
        first = next(self._raw(), b"")
        for mark, name in _MARKS.items():
            if first.startswith(mark):
                return [name]
        return ["utf-8", FALLBACK]

    def _has_nul(self, encoding: str) -> bool:
        """Whether a character of the text is NUL; the UnicodeError of the first byte that does not fit."""
        decoder, before, found = codecs.getincrementaldecoder(encoding)(), 0, False
        is_utf_8 = codecs.lookup(encoding).name in UTF_8
        for raw in chain(self._raw(), [b""]):
            pending = decoder.getstate()[0]
            if raw and is_utf_8 and not pending and raw.isascii():
                found |= b"\0" in raw
            else:
                try:
                    found |= "\0" in decoder.decode(raw, not raw)
                except UnicodeDecodeError as error:
                    error.start += before - len(pending)
                    raise
            before += len(raw)
        return found


def _small(path: Path) -> bytes | None:
    """The content of a small file; None of any other."""
    with open_file(path) as file:
        try:
            content = file.read(SMALL + 1)
        except OSError as error:
            raise unreadable(path, error) from error
    return content if len(content) <= SMALL else None
