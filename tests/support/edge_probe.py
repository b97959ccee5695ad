"""What a program can do from where it runs, to processes of its own user and to files: run on a host, not here.

python3 edge_probe.py PID FILE...: tries to look into and to attach to PID, and to write each FILE; says what went.
"""

import ctypes
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

PTRACE_ATTACH, PTRACE_DETACH, PTRACE_SEIZE = 16, 17, 0x4206
SYS_PROCESS_VM_READV, SYS_PROCESS_VM_WRITEV, SYS_KCMP, SYS_PIDFD_OPEN, SYS_PIDFD_GETFD = 310, 311, 312, 434, 438

libc = ctypes.CDLL(None, use_errno=True)
Attempt = Callable[[], bool]


class Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


def reads(path: str) -> Attempt:
    def attempt() -> bool:
        with Path(path).open("rb", buffering=0) as file:
            if path.endswith("/mem"):
                return True  # who has it open may read and write at any address that there is
            return bool(file.read(1))

    return attempt


def writes(path: str) -> Attempt:
    def attempt() -> bool:
        os.close(os.open(path, os.O_WRONLY))
        return True

    return attempt


def lists(path: str) -> Attempt:
    return lambda: bool(list(Path(path).iterdir()))


def calls(number: int, *arguments: object) -> Attempt:
    def attempt() -> bool:
        if libc.syscall(number, *arguments) < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        return True

    return attempt


def attaches(request: int, pid: int) -> Attempt:
    def attempt() -> bool:
        if libc.ptrace(request, pid, None, None) < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        os.waitpid(pid, 0x40000000) if request == PTRACE_ATTACH else None
        libc.ptrace(PTRACE_DETACH, pid, None, None)
        return True

    return attempt


def takes_a_descriptor(pid: int) -> Attempt:
    def attempt() -> bool:
        held = libc.syscall(SYS_PIDFD_OPEN, pid, 0)
        return calls(SYS_PIDFD_GETFD, held, 0, 0)()

    return attempt


def main() -> None:
    pid, files = int(sys.argv[1]), sys.argv[2:]
    buffer = ctypes.create_string_buffer(8)
    vector = ctypes.byref(Vector(ctypes.cast(buffer, ctypes.c_void_p), 8))
    mapped = ctypes.byref(Vector(ctypes.cast(buffer, ctypes.c_void_p), 8))
    attempts = {
        **{name: reads(f"/proc/{pid}/{name}") for name in ("mem", "environ", "maps", "auxv", "syscall")},
        **{name: lists(f"/proc/{pid}/{name}") for name in ("fd", "root/", "cwd/")},
        "ptrace attach": attaches(PTRACE_ATTACH, pid),
        "ptrace seize": attaches(PTRACE_SEIZE, pid),
        "kcmp": calls(SYS_KCMP, os.getpid(), pid, 1, 0, 0),
        "pidfd_getfd": takes_a_descriptor(pid),
        **{f"write {path}": writes(path) for path in files},
    }
    went, refused = [], {}
    for name, attempt in attempts.items():
        try:
            if attempt():
                went.append(name)
        except OSError as error:
            refused[name] = error.errno
    # An address that is not mapped there is another error than not being let in
    for name, number in (("process_vm_readv", SYS_PROCESS_VM_READV), ("process_vm_writev", SYS_PROCESS_VM_WRITEV)):
        if libc.syscall(number, pid, vector, 1, mapped, 1, 0) >= 0 or ctypes.get_errno() == 14:
            went.append(name)
        else:
            refused[name] = ctypes.get_errno()
    print(json.dumps({"went": went, "refused": refused}))


main()
