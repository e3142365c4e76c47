"""How a student's process is isolated: by bubblewrap, or only as a process with limits.

Under bubblewrap it has no network and sees nothing but Python, its packages, the system's libraries and one folder,
the only place where it can write. gradiente is not among the packages: it holds the workshops' solutions.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

from gradiente.checker.running.process import memory_is_limited

Isolation = Literal["bubblewrap", "process", "time"]
CHILD = Path(__file__).with_name("child")
PACKAGE = CHILD.parents[2]
# Of /usr what programs need to run; whatever else is there may hold anything.
SYSTEM = (
    *("/usr/bin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/share/zoneinfo"),
    *("/usr/local/bin", "/usr/local/lib", "/usr/local/lib64", "/bin", "/lib", "/lib32", "/lib64"),
    *("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/alternatives"),
)
OF_PYTHON = ("bin", "lib", "lib32", "lib64", "pyvenv.cfg")
COPIES = ("python*/*-packages", "python*/*-packages/*.egg", "*-packages")


def isolation() -> Isolation:
    """What a student's process is isolated by on this machine; "time": a process whose memory nothing limits."""
    if bubblewrap_works():
        return "bubblewrap"
    return "process" if memory_is_limited() else "time"


def bubblewrap_is_installed() -> bool:
    """Whether there is a command `bwrap`, which a system may still refuse to let run."""
    return shutil.which("bwrap") is not None


@cache
def bubblewrap_works() -> bool:
    """Whether bubblewrap is there, may make namespaces, and the kernel confines a process in them."""
    if not bubblewrap_is_installed():
        return False
    with tempfile.TemporaryDirectory() as folder:
        command = [*wrapped(Path(folder)), sys.executable, "-I", str(CHILD / "confinement.py")]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def isolated(folder: Path) -> list[str]:
    """What stands before a command for it to be isolated as well as it can be here."""
    return wrapped(folder) if bubblewrap_works() else []


def wrapped(folder: Path) -> list[str]:
    """bubblewrap with Python, the system's libraries and one folder that may be written to."""
    system = [place for place in SYSTEM if os.path.exists(place)]
    python = [place for place in dict.fromkeys(_python_places()) if os.path.exists(place)]
    checkouts, copies = _checkouts(system), _copies([*system, *python])
    # Later words lie over earlier ones: Python may lie in a checkout of gradiente, and a copy of it in Python.
    return [
        *("bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        *("--proc", "/proc", "--dev", "/dev"),
        *_each("--ro-bind", system, twice=True),
        *_each("--tmpfs", checkouts),
        *_each("--ro-bind", python, twice=True),
        *_each("--tmpfs", copies),
        *("--ro-bind", str(CHILD), str(CHILD)),
        *("--bind", str(folder), str(folder), "--chdir", str(folder)),
        *_each("--remount-ro", [*checkouts, *copies, "/dev", "/"]),
    ]


def _each(option: str, places: list[str], *, twice: bool = False) -> list[str]:
    return [word for place in places for word in (option, *[place] * (2 if twice else 1))]


def _python_places() -> Iterator[str]:
    """Where Python and its packages are, the system's own folders left out."""
    program = os.path.dirname(os.path.dirname(os.path.realpath(sys.executable)))
    for place in map(Path, (sys.prefix, sys.base_prefix, program)):
        if not place.is_relative_to("/usr"):
            yield from (str(place / name) for name in OF_PYTHON)


def _checkouts(seen: list[str]) -> list[str]:
    """The folder from which gradiente was installed to be edited, with its tests and history, where it is in sight."""
    roots = [place for place in PACKAGE.parents if (place / "pyproject.toml").exists()]
    return _in_sight(roots[0], seen) if roots else []


def _copies(seen: list[str]) -> list[str]:
    """gradiente among the packages that are in sight, of this Python and of others."""
    return sorted({*_in_sight(PACKAGE, seen), *(copy for place in seen for copy in _copies_in(place))})


@cache
def _copies_in(place: str) -> tuple[str, ...]:
    """gradiente among the packages in one folder, which is searched once: it may hold thousands of files."""
    found = [copy for pattern in COPIES for copy in Path(place).glob(f"{pattern}/gradiente")]
    return tuple(str(copy) for copy in found if copy.is_dir())


def _in_sight(place: Path, seen: list[str]) -> list[str]:
    """By which names it is seen: /lib and /usr/lib are often one folder."""
    place, real = place.resolve(), [(Path(root), Path(root).resolve()) for root in seen]
    return [str(root / place.relative_to(target)) for root, target in real if place.is_relative_to(target)]
