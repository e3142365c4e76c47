"""This gradiente as a wheel, so that a system's machine gives the same verdicts as this one."""

import base64
import hashlib
import io
import zipfile
from importlib.metadata import distribution, version
from pathlib import Path

PACKAGE = Path(__file__).parents[2]
_WHEEL = "Wheel-Version: 1.0\nGenerator: gradiente\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def wheel_name() -> str:
    """The name of the file, in which pip reads the version."""
    return f"gradiente-{version('gradiente')}-py3-none-any.whl"


def wheel() -> bytes:
    """The file: the sources as they are here, and what the installation says of itself. No two are different."""
    found = distribution("gradiente")
    info = f"gradiente-{found.version}.dist-info"
    files = {
        f"{PACKAGE.name}/{path.relative_to(PACKAGE).as_posix()}": path.read_bytes()
        for path in sorted(PACKAGE.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    for name in ("METADATA", "entry_points.txt"):
        files[f"{info}/{name}"] = (found.read_text(name) or "").encode()
    files[f"{info}/WHEEL"] = _WHEEL.encode()
    record = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""]).encode()
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stored.getvalue()


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
