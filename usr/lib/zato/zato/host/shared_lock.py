"""A lock in memory that processes share, which none of them takes along when it dies."""

from __future__ import annotations

import ctypes
import errno
import mmap
import time

from zato.core.errors import Unavailable

SIZE_BYTES = 64
"""Room for a mutex on every architecture."""
_ATTRIBUTES_BYTES = 64
# <pthread.h> of glibc
_PROCESS_SHARED = 1
_ROBUST = 1
_PATIENCE_SECONDS = 1.0
_PAUSE_SECONDS = 0.00005

# It keeps the interpreter's lock: whoever gave that away while it holds this one could get it back much later, and all
# processes would wait for it
_pthread = ctypes.PyDLL(None)


class SharedLock:
    """A robust mutex (POSIX.1-2008): the kernel unlocks it where the thread that holds it ends, whatever has ended it.

    What it guards may be half done then. Made before the processes fork.
    """

    def __init__(self, memory: mmap.mmap, offset: int = 0) -> None:
        """In SIZE_BYTES of shared memory from `offset` on."""
        self._memory = (ctypes.c_char * SIZE_BYTES).from_buffer(memory, offset)
        self._mutex = ctypes.byref(self._memory)
        attributes = ctypes.byref(ctypes.create_string_buffer(_ATTRIBUTES_BYTES))
        _check(_pthread.pthread_mutexattr_init(attributes))
        _check(_pthread.pthread_mutexattr_setpshared(attributes, _PROCESS_SHARED))
        _check(_pthread.pthread_mutexattr_setrobust(attributes, _ROBUST))
        _check(_pthread.pthread_mutex_init(self._mutex, attributes))

    def __enter__(self) -> None:
        """Raises Unavailable where it is not to be had within a second, as its holder stands still."""
        result = _pthread.pthread_mutex_trylock(self._mutex)
        if result == errno.EBUSY:
            result = self._wait()
        if result == errno.EOWNERDEAD:
            result = _pthread.pthread_mutex_consistent(self._mutex)
        _check(result)

    def __exit__(self, *_: object) -> None:
        _check(_pthread.pthread_mutex_unlock(self._mutex))

    def _wait(self) -> int:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while (result := int(_pthread.pthread_mutex_trylock(self._mutex))) == errno.EBUSY:
            if time.monotonic() > deadline:
                raise Unavailable("Another process of this server stands still; try again.", retry_after_seconds=1)
            time.sleep(_PAUSE_SECONDS)
        return result


def _check(result: int) -> None:
    if result != 0:
        raise OSError(result, "A lock that processes share cannot be used")
