"""Downloads, verified by checksum."""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gradiente.errors import FileError
from gradiente.files import system_reason
from gradiente.locale import text

CONNECT_SECONDS, SILENCE_SECONDS = 10, 30


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
    """Download, compare, and rename; or the reason why not."""
    import tempfile

    import requests
    from pooch import HTTPDownloader
    from tqdm import tqdm

    handle, name = tempfile.mkstemp(dir=destination.parent, prefix=f".{destination.name}.", suffix=".part")
    os.close(handle)
    partial = Path(name)
    try:
        # pooch takes any bar, though it annotates a bool; it first asks for the truth value, which a bar of
        # tqdm has only with a total, and then sets the true total.
        bar: Any
        with tqdm(total=1, desc=destination.name, unit="B", unit_scale=True, leave=False) as bar:
            download = HTTPDownloader(
                progressbar=bar,
                chunk_size=2**16,
                timeout=(CONNECT_SECONDS, SILENCE_SECONDS),
                headers={"Accept-Encoding": "identity"},  # else a server may hand over the .gz unpacked
            )
            download(url, name, None)
        got = checksum(partial)
        if got != sha256:
            return text("download.checksum", expected=sha256, got=got)
        os.replace(partial, destination)
        return None
    except requests.HTTPError as error:
        status = "?" if error.response is None else error.response.status_code
        return text("download.status", status=status)
    except requests.Timeout:
        return text("download.timeout")
    except requests.ConnectionError:
        return text("download.connection")
    except requests.RequestException:
        return text("download.cut")
    finally:
        partial.unlink(missing_ok=True)


def _sweep(folder: Path, file: str) -> None:
    """Remove the partial files of killed downloads: an active one writes more often than this."""
    for partial in folder.glob(f".{file}.*.part"):
        if time.time() - partial.stat().st_mtime > 2 * SILENCE_SECONDS:
            partial.unlink(missing_ok=True)
