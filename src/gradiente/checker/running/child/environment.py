"""The environment of a student's code: limited output, an audit hook."""

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


class Guard:
    """An audit hook, on while the student's own statements run: it refuses what is not theirs to do.

    The isolation is bubblewrap's and the process's limits; the hook names at once what was refused.
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


class LimitedOutput(io.TextIOBase):
    """Standard output, cut after its first characters."""

    def __init__(self):
        self.kept = []
        self.length = 0

    def write(self, words):
        if self.length < OUTPUT:
            self.kept.append(words[: OUTPUT - self.length])
        self.length += len(words)
        return len(words)
