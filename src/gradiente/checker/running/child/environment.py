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
    "sqlite3.connect",
)
NETWORK = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "socket.gethostbyname")
READS = ("open", "os.listdir", "os.scandir")
# Events that change files: of every path the place among the arguments, and that of the folder it is relative to.
CHANGES = {
    "os.chflags": ((0, None),),
    "os.chmod": ((0, 2),),
    "os.chown": ((0, 3),),
    "os.link": ((0, 2), (1, 3)),
    "os.mkdir": ((0, 2),),
    "os.remove": ((0, 1),),
    "os.removexattr": ((0, None),),
    "os.rename": ((0, 2), (1, 3)),
    "os.rmdir": ((0, 1),),
    "os.setxattr": ((0, None),),
    "os.symlink": ((1, 2),),
    "os.truncate": ((0, None),),
    "os.utime": ((0, 3),),
}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
PACKAGE = os.path.realpath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 3))


class Guard:
    """An audit hook that refuses what is not the student's to do, by name and at once.

    It keeps honest code from accidents and contains nobody: Python code can always get around a hook in its own
    process. What contains is bubblewrap and the limits of the kernel.

    At all times it allows changes in the process's own folder only, and no sight of gradiente; while the student's
    own statements run (`on`), also no file but Python's and those of the own folder, no program and no network.
    """

    def __init__(self):
        self.on = False
        self.hidden = tuple({PACKAGE, *(os.path.realpath(copy) for copy in map(copy_in, sys.path))})
        sys.path[:] = [
            place for place in sys.path if place.endswith("-packages") or not os.path.isdir(copy_in(place))
        ]
        self.own = os.path.realpath(os.getcwd())
        places = (
            self.own,
            sys.prefix,
            sys.base_prefix,
            *sys.path,
            "/usr",
            "/lib",
            os.devnull,
            "/dev/urandom",
            os.environ.get("SYSTEMROOT", ""),
        )
        self.places = tuple({os.path.realpath(place) for place in places if place})
        sys.addaudithook(self)

    def __call__(self, event, arguments):
        if self.on and (event in PROGRAMS or event in NETWORK):
            refuse(event)
        if event in CHANGES:
            for place, folder in CHANGES[event]:
                self.check_change(event, arguments[place], -1 if folder is None else arguments[folder])
            if event == "os.symlink":  # the target is relative to the link
                link, target = path_of(arguments[1], arguments[2]), os.fsdecode(arguments[0])
                for folder in (os.path.dirname(link), self.own):  # it may be moved up to there
                    self.check_change(event, os.path.join(folder, target))
        elif event in READS and isinstance(arguments[0], str | bytes | os.PathLike):
            self.check_open(event, *arguments)

    def check_change(self, event, path, folder=-1):
        """One path of an event, relative to an open folder or to the working directory."""
        real = os.path.realpath(path_of(path, folder))
        if not within(real, (self.own,)):
            refuse(f"{event} {real}")

    def check_open(self, event, path, mode="r", flags=0):
        path = os.fsdecode(path)
        if event == "open" and mode is None and not os.path.isabs(path):
            # os.open does not say to which open folder a path is relative: at the highest, to the own one.
            self.check_path(event, os.path.join(self.own, path), mode, flags)
        self.check_path(event, path, mode, flags)

    def check_path(self, event, path, mode, flags):
        real = os.path.realpath(path)
        if flags & WRITING and real != os.devnull:
            self.check_change(event, path)
        # A folder that is open is a way around the paths of later events.
        opens_folder = (
            event == "open" and mode is None and os.path.isdir(real) and not within(real, (self.own,))
        )
        if opens_folder or within(real, self.hidden) or (self.on and not within(real, self.places)):
            refuse(f"{event} {path}")


def refuse(words):
    raise PermissionError(words)


def within(path, places):
    """Whether a path is one of the places or inside one: /usr-local is not inside /usr."""
    path, places = os.path.normcase(path), map(os.path.normcase, places)
    return any(path == place or path.startswith(place.rstrip(os.sep) + os.sep) for place in places)


def path_of(path, folder):
    """A path as text; of an open file or folder the path by which the system knows it."""
    if isinstance(path, int):
        return f"/proc/self/fd/{path}"
    path = os.fsdecode(path)
    return path if folder == -1 else os.path.join(f"/proc/self/fd/{folder}", path)


def copy_in(place):
    """Where gradiente would be in a folder of sys.path; beside other packages, or alone, installed to be edited."""
    return os.path.join(place, "gradiente")


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
