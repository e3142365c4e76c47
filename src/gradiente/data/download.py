"""Downloads, verified by checksum."""

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from contextvars import copy_context
from pathlib import Path
from threading import Thread
from typing import IO, Any

from gradiente.errors import FileError
from gradiente.files import system_reason
from gradiente.locale import text

CONNECT_SECONDS, SILENCE_SECONDS = 10, 30
DEADLINE_SECONDS = 900  # of one mirror
MOST_BYTES = 256 << 20  # ten times the largest of the files


def fetch(file: str, sha256: str, mirrors: Sequence[str], folder: Path) -> Path:
    """The path of a file in the folder, downloaded from the first mirror that has the right file.

    A file that is there with the right checksum needs no network. A download goes to a hidden file beside
    its destination and is renamed atomically once it is complete.

    Arguments:
        file: its name, on the mirrors and in the folder
        sha256: its checksum, in hexadecimal
        mirrors: addresses of folders, each ending in "/", in the order to try
        folder: where it is kept; made when missing

    Errors: FileError where no mirror gave the file, with each mirror's reason; or where it cannot be written
    """
    destination = folder / file
    if destination.is_file() and checksum(destination) == sha256:
        return destination
    failures = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder, file)
        for mirror in mirrors:
            reason = _download(mirror + file, destination, sha256)
            if reason is None:
                return destination
            failures.append(f"{mirror}: {reason}")
    except OSError as error:
        raise FileError("download.write", path=destination, reason=system_reason(error)) from error
    raise FileError("download.failed", file=file, reasons="; ".join(failures))


def checksum(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    import hashlib

    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _download(url: str, destination: Path, sha256: str) -> str | None:
    """Download, compare, and rename; or the reason why not.

    The transfer has a thread of its own, which is left alone at the deadline: a server that sends a byte now and then
    is never silent.
    """
    import tempfile

    handle, name = tempfile.mkstemp(dir=destination.parent, prefix=f".{destination.name}.", suffix=".part")
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            transfer = _Transfer(url, file, destination.name)
            thread = Thread(target=transfer.run, daemon=True)
            thread.start()
            thread.join(DEADLINE_SECONDS)
            if thread.is_alive():
                transfer.given_up = True
                return text("download.deadline", minutes=round(DEADLINE_SECONDS / 60))
        if transfer.failure is not None:
            raise transfer.failure
        if transfer.reason is not None:
            return transfer.reason
        got = checksum(partial)
        if got != sha256:
            return text("download.checksum", expected=sha256, got=got)
        os.replace(partial, destination)
        return None
    finally:
        with suppress(PermissionError):  # Windows, where the thread that was left has it open
            partial.unlink(missing_ok=True)


class _Transfer:
    """One transfer into a file.

    Afterwards `reason` says what was wrong with the server, `failure` what was wrong with the disk.
    """

    def __init__(self, url: str, file: IO[bytes], title: str) -> None:
        self.url = url
        self.file = file
        self.title = title
        self.received = 0
        self.given_up = False
        self.reason: str | None = None
        self.failure: OSError | None = None
        self._context = copy_context()

    def run(self) -> None:
        self.reason = self._context.run(self._reason)  # in the language of the one who waits

    def write(self, content: bytes) -> None:
        """Take the next part, as a file does."""
        self.received += len(content)
        if self.given_up or self.received > MOST_BYTES:
            raise _Refused
        try:
            self.file.write(content)
        except OSError as error:
            self.failure = error
            raise _Refused from error

    def flush(self) -> None:
        """As a file does; the file's own buffer is written when it is closed."""

    def _reason(self) -> str | None:
        import requests
        from pooch import HTTPDownloader
        from tqdm import tqdm

        try:
            # pooch takes any bar, though it annotates a bool; it first asks for the truth value, which a bar of
            # tqdm has only with a total, and then sets the true total.
            bar: Any
            with tqdm(total=1, desc=self.title, unit="B", unit_scale=True, leave=False) as bar:
                download = HTTPDownloader(
                    progressbar=bar,
                    chunk_size=2**16,
                    timeout=(CONNECT_SECONDS, SILENCE_SECONDS),
                    headers={"Accept-Encoding": "identity"},  # else a server may hand over the .gz unpacked
                )
                download(self.url, self, None)  # pyright: ignore[reportArgumentType]
            return None
        except _Refused:
            return text("download.large", megabytes=MOST_BYTES >> 20)
        except requests.HTTPError as error:
            status = "?" if error.response is None else error.response.status_code
            return text("download.status", status=status)
        except requests.Timeout:
            return text("download.timeout")
        except requests.TooManyRedirects:
            return text("download.answer")
        except requests.ConnectionError:
            return text("download.connection")
        except requests.RequestException:
            return text("download.cut")
        except Exception:  # an answer that no library expected: a length that is no number, an odd redirect
            return text("download.answer")


class _Refused(Exception):
    """What comes is not taken: too much of it, too late, or the disk is full."""


def _sweep(folder: Path, file: str) -> None:
    """Remove the partial files of killed downloads: an active one writes more often than this."""
    for partial in folder.glob(f".{file}.*.part"):
        if time.time() - partial.stat().st_mtime > 2 * SILENCE_SECONDS:
            partial.unlink(missing_ok=True)
