"""What stands around a student's code: nothing to print on, nothing to reach, and something for what is not there."""

import io
import os
import sys

OUTPUT = 1 << 16  # characters that are kept of what the code prints
# What a function of a workshop has no business with: other programs, the network, files that are not its own.
PROGRAMS = (
    "subprocess.Popen",
    "os.system",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.exec",
    "os.spawn",
    "pty.spawn",
)
NETWORK = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "socket.gethostbyname")
FILES = (
    "open",
    "os.listdir",
    "os.scandir",
    "os.remove",
    "os.rmdir",
    "os.mkdir",
    "os.rename",
    "os.chmod",
    "os.truncate",
)


class Absent:
    """Stands for what a package that is not installed here would give: plots go nowhere, progress bars pass on."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *arguments, **keywords):
        return arguments[0] if arguments and hasattr(arguments[0], "__iter__") else self

    def __iter__(self):
        return iter(())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


class Guard:
    """An audit hook, on while the student's own statements run: it refuses what is not theirs to do.

    The walls are the process's limits and bubblewrap; this makes them speak at once, and by name.
    """

    def __init__(self):
        self.on = False
        places = (
            os.getcwd(),
            sys.prefix,
            sys.base_prefix,
            *sys.path,
            "/usr",
            "/lib",
            "/dev/null",
            "/dev/urandom",
        )
        self.places = tuple({os.path.realpath(place) for place in places if place})
        sys.addaudithook(self)

    def __call__(self, event, arguments):
        if not self.on:
            return
        if event in PROGRAMS or event in NETWORK:
            self.refuse(event)
        if event in FILES and isinstance(arguments[0], str | bytes | os.PathLike):
            path = os.fsdecode(arguments[0])
            if not os.path.realpath(path).startswith(self.places):
                self.refuse(f"{event} {path}")

    def refuse(self, words):
        self.on = False
        try:
            raise PermissionError(words)
        finally:
            self.on = True


class Heard(io.TextIOBase):
    """Where the code prints to: its first characters, and no more."""

    def __init__(self):
        self.kept = []
        self.length = 0

    def write(self, words):
        if self.length < OUTPUT:
            self.kept.append(words[: OUTPUT - self.length])
        self.length += len(words)
        return len(words)
