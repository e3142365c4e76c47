"""The limits of a student's process that the kernel keeps, and that the process itself cannot lift: on Linux a filter
of system calls (seccomp), and the end of the process with the one that started it.

It starts no process, sends no signal to another one, reads and writes no other process's memory, and makes nothing
that outlives it (System V memory and queues). As there is one process only, a limit of its memory is one of all.
"""

import ctypes
import os
import signal
import struct
import sys

try:
    import resource
except ImportError:  # Windows
    resource = None

OPEN_FILES = 64
FILE_SIZE = 1 << 20
PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 22, 38
SECCOMP_MODE_FILTER = 2
CLONE_THREAD = 0x10000
X32 = 0x40000000  # the first system call of a second table on x86-64
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, ARGUMENT = 0, 4, 16  # where in seccomp_data; of the first argument the low half
ALLOW, REFUSE, UNKNOWN = 0x7FFF0000, 0x50001, 0x50026  # errors: EPERM, ENOSYS
# fork, vfork; tkill, rt_sigqueueinfo, rt_tgsigqueueinfo, pidfd_open, pidfd_send_signal, pidfd_getfd;
# ptrace, process_vm_readv, process_vm_writev; shmget, semget, msgget, mq_open; unshare
REFUSED_X86_64 = 57, 58, 200, 129, 297, 434, 424, 438, 101, 310, 311, 29, 64, 68, 240, 272
REFUSED_GENERIC = 130, 138, 240, 434, 424, 438, 117, 270, 271, 194, 190, 186, 180, 97
GENERIC = REFUSED_GENERIC, (435, 220), (129, 131), 167
# The architecture; the numbers of those refused; of clone3 and clone; of kill and tgkill; of prctl.
MACHINES = {
    "x86_64": (0xC000003E, REFUSED_X86_64, (435, 56), (62, 234), 157),
    "aarch64": (0xC00000B7, *GENERIC),
    "riscv64": (0xC00000F3, *GENERIC),
}


def confine(memory, processor):
    """Set the limits. Whether the kernel keeps those of processes and signals too: elsewhere than on Linux it does not.

    Arguments:
        memory: bytes of address space
        processor: seconds of processor time
    """
    limit_resources(memory, processor)
    machine = MACHINES.get(os.uname().machine) if hasattr(os, "uname") else None
    if sys.platform != "linux" or machine is None or sys.byteorder != "little":
        return False
    libc = ctypes.CDLL(None)
    libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    instructions = b"".join(_filter(*machine))
    kept = ctypes.create_string_buffer(instructions, len(instructions))
    program = struct.pack("HxxxxxxQ", len(instructions) // 8, ctypes.addressof(kept))
    place = ctypes.addressof(ctypes.create_string_buffer(program, len(program)))
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, place, 0, 0) == 0


def limit_resources(memory, processor):
    """Set the limits that the system has, none above what this process may have: macOS refuses that of memory, Windows
    has none of them."""
    if resource is None:
        return
    wanted = {
        "RLIMIT_AS": memory,
        "RLIMIT_NOFILE": OPEN_FILES,
        "RLIMIT_CPU": processor,
        "RLIMIT_FSIZE": FILE_SIZE,
        "RLIMIT_CORE": 0,
    }
    for name, most in wanted.items():
        limit = getattr(resource, name)
        finite = [value for value in (most, resource.getrlimit(limit)[1]) if value != resource.RLIM_INFINITY]
        value = min(finite, default=resource.RLIM_INFINITY)
        try:
            resource.setrlimit(limit, (value, value))
        except (ValueError, OSError):
            if sys.platform == "linux":
                raise


def _filter(architecture, refused, clones, signals, prctl):
    """The instructions, eight bytes each; a jump says how many are skipped where it holds and where it does not."""
    yield _step(LOAD, ARCHITECTURE)
    yield _step(EQUAL, architecture, 1, 0)
    yield _step(RETURN, REFUSE)
    yield _step(LOAD, NUMBER)
    yield _step(AT_LEAST, X32, 0, 1)
    yield _step(RETURN, REFUSE)
    for number in refused:
        yield _step(EQUAL, number, 0, 1)
        yield _step(RETURN, REFUSE)
    clone3, clone = clones
    yield _step(EQUAL, clone3, 0, 1)
    yield _step(
        RETURN, UNKNOWN
    )  # its flags lie in memory, which a filter does not see: clone is used instead
    yield from _of_one(clone, _step(ANY_BIT, CLONE_THREAD, 0, 1), ALLOW, REFUSE)
    for number in signals:
        yield from _of_one(number, _step(EQUAL, os.getpid(), 0, 1), ALLOW, REFUSE)
    yield from _of_one(prctl, _step(EQUAL, PR_SET_PDEATHSIG, 0, 1), REFUSE, ALLOW)
    yield _step(RETURN, ALLOW)


def _of_one(number, condition, then, otherwise):
    """Of one system call: what is done where its first argument is such, and where it is not."""
    yield _step(EQUAL, number, 0, 4)
    yield _step(LOAD, ARGUMENT)
    yield condition
    yield _step(RETURN, then)
    yield _step(RETURN, otherwise)


def _step(code, value, then=0, otherwise=0):
    return struct.pack("=HBBI", code, then, otherwise, value)


if __name__ == "__main__":  # whether a process can be confined here
    import numpy  # noqa: F401

    sys.exit(0 if confine(-1, -1) else 1)  # no limit of memory and time
