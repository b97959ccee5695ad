"""One check: the process that makes the candidate's, watches over it, and leaves nothing of it behind."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import socket
import time
from dataclasses import dataclass

import msgspec

from zato.core.standstill import Standstill
from zato.deployment.check.candidate import run_candidate
from zato.deployment.check.kernel import (
    adopt_orphans,
    die_with_parent,
    fork_into,
    last_pid,
    reap,
)
from zato.deployment.check.messages import CheckRequest, CheckResult, receive_request, refused, send
from zato.deployment.loader.source import prefix_of
from zato.host.process_table import descendants, threads_of_user

_OUTPUT_BYTES_MAX = 1024 * 1024
_RESULT_BYTES_MAX = 4 * 1024 * 1024
_TASKS_MAX = 256
_TICK_MS = 20
_STILL_SECONDS = 1.0
_READ_BYTES = 65536
_TRACE_BYTES = 65536
_TRACE_LINE = re.compile(r'File "(?P<path>[^"]+)", line (?P<line>\d+) in')


def supervise(connection: socket.socket, directory: str, *, namespaced: bool) -> None:
    """Read the request from the connection and answer it.

    `namespaced`: this is the first process of a process namespace, and its end is the end of all in it. Otherwise the
    reaper ends what is left.
    """
    die_with_parent()
    request = receive_request(connection)
    if not namespaced:
        adopt_orphans()
    result_read, result_write = os.pipe()
    output_read, output_write = os.pipe()
    trace = os.memfd_create("trace")

    def child() -> None:
        die_with_parent()
        # In a namespace of its own the user's tasks are counted from none.
        tasks = _TASKS_MAX if namespaced else threads_of_user() + _TASKS_MAX
        run_candidate(request, result_write, trace, output_write, directory, tasks_max=tasks)

    pid = fork_into(child)
    os.close(result_write)
    os.close(output_write)
    result = _Watch(request, pid, result_read, output_read, trace, namespaced=namespaced).run()
    with contextlib.suppress(ProcessLookupError):  # its group, at once; what has left it is ended with the namespace
        os.killpg(pid, signal.SIGKILL)
    send(connection, result)
    connection.close()


@dataclass(slots=True)
class _Watch:
    request: CheckRequest
    pid: int
    result_fd: int
    output_fd: int
    trace_fd: int
    namespaced: bool

    def run(self) -> CheckResult:
        """Until there is a result, or a reason why there will be none."""
        deadline = time.monotonic() + self.request.time_limit_seconds
        standstill = Standstill(_STILL_SECONDS)
        poll = select.poll()
        poll.register(self.result_fd, select.POLLIN)
        poll.register(self.output_fd, select.POLLIN)
        answer = bytearray()
        output = 0
        while True:
            for fd, _ in poll.poll(_TICK_MS):
                part = os.read(fd, _READ_BYTES)
                if not part:
                    poll.unregister(fd)
                elif fd == self.output_fd:
                    output += len(part)
                else:
                    answer += part
            if answer.endswith(b"\n"):
                return self._decode(bytes(answer))
            if output > _OUTPUT_BYTES_MAX or len(answer) > _RESULT_BYTES_MAX:
                return self._refused("too-much-output", "It writes without end when it is imported.")
            status = self._exit_status()
            if status is not None:
                # What it wrote before it ended may still be in the pipe.
                while part := self._rest():
                    answer += part
                return self._decode(bytes(answer)) if answer.endswith(b"\n") else self._ended(status)
            if self._tasks() > _TASKS_MAX:
                return self._refused(
                    "too-many-processes", f"It starts more than {_TASKS_MAX} processes or threads when it is imported."
                )
            deadline += standstill.turn()
            if time.monotonic() >= deadline:
                limit = self.request.time_limit_seconds
                return self._refused("import-timed-out", f"Its import did not end within {limit:g} s.")

    def _decode(self, answer: bytes) -> CheckResult:
        try:
            return msgspec.json.decode(answer, type=CheckResult)
        except msgspec.DecodeError:
            return self._refused("crashed", "Its process ended with an answer that cannot be read.")

    def _rest(self) -> bytes:
        os.set_blocking(self.result_fd, False)
        try:
            return os.read(self.result_fd, _READ_BYTES)
        except BlockingIOError:
            return b""

    def _exit_status(self) -> int | None:
        """The candidate's; those of other processes that were left to us are dropped."""
        return reap().get(self.pid)

    def _tasks(self) -> int:
        return last_pid() if self.namespaced else len(descendants(os.getpid()))

    def _ended(self, status: int) -> CheckResult:
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
            if number == signal.SIGXCPU:
                return self._refused("import-timed-out", "Its import used up the processor time that it is given.")
            return self._refused("crashed", f"It ends the process by {name} when it is imported.")
        code = os.WEXITSTATUS(status)
        return self._refused("exited", f"It ends the process with status {code} when it is imported.")

    def _refused(self, code: str, reason: str) -> CheckResult:
        file, line = self._place()
        return refused(code, reason, file, line)

    def _place(self) -> tuple[str, int | None]:
        """Where Python was when it had to stop: the innermost line of the file's own code, if it could be told."""
        prefix = prefix_of(self.request.candidate.deployment_id)
        text = os.pread(self.trace_fd, _TRACE_BYTES, 0).decode("utf-8", "replace")
        for match in _TRACE_LINE.finditer(text):
            if match["path"].startswith(prefix):
                return match["path"].removeprefix(prefix), int(match["line"])
        return self.request.candidate.file_name, None
