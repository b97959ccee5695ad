"""The candidate's own process: it imports the file under limits and says what it found. It never returns."""

from __future__ import annotations

import faulthandler
import gc
import os
import resource
import signal
import sys
from pathlib import Path

import msgspec

from zato.deployment.check.messages import CheckedService, CheckRequest, CheckResult
from zato.deployment.loader import CodeSet, DeploymentRefused, Refusal, parse

_MIB = 1024 * 1024
_FILE_BYTES_MAX = 64 * _MIB
_OPEN_FILES_MAX = 256
_MEMORY_TO_REPORT = 128 * _MIB
_TRACE_BEFORE_SECONDS = 0.25
_NICE = 5
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ")


def run_candidate(
    request: CheckRequest, result_fd: int, trace_fd: int, output_fd: int, directory: str, *, tasks_max: int
) -> None:
    """Ends the process. Writes one line of JSON to `result_fd` if the file's code lets it get that far.

    `trace_fd` gets Python's stack when the time limit is near or the interpreter crashes. `tasks_max`
    limits the number of processes and threads, except for root, whom the kernel does not limit.
    """
    _settle(output_fd, directory, keep=(result_fd, trace_fd))
    _limit(request, tasks_max=tasks_max)
    with os.fdopen(trace_fd, "w") as trace, os.fdopen(result_fd, "wb", buffering=0) as pipe:
        faulthandler.enable(trace)
        faulthandler.dump_traceback_later(max(0.05, request.time_limit_seconds - _TRACE_BEFORE_SECONDS), file=trace)
        gc.enable()
        result = _load(request)
        _allow_memory()
        pipe.write(msgspec.json.encode(result) + b"\n")
    os._exit(0)


def _settle(output_fd: int, directory: str, keep: tuple[int, ...]) -> None:
    """No input, output to a pipe, no other file of the parent's, an empty directory, a bare environment."""
    os.setsid()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(output_fd, 1)
    os.dup2(output_fd, 2)
    first = 3
    for fd in sorted(keep):
        os.closerange(first, fd)
        first = fd + 1
    os.closerange(first, os.sysconf("SC_OPEN_MAX"))
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
    os.chdir(directory)
    variables = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    os.environ.clear()
    os.environ.update(variables, HOME=directory, TMPDIR=directory)
    sys.argv = ["zato"]


def _limit(request: CheckRequest, *, tasks_max: int) -> None:
    def set_limit(what: int, soft: int, hard: int | None = None) -> None:
        most = resource.getrlimit(what)[1]
        wanted = soft if hard is None else hard
        hard = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(what, (min(soft, hard), hard))

    seconds = int(request.time_limit_seconds) + 1
    set_limit(resource.RLIMIT_CORE, 0)
    set_limit(resource.RLIMIT_CPU, seconds, seconds + 1)
    set_limit(resource.RLIMIT_FSIZE, _FILE_BYTES_MAX)
    set_limit(resource.RLIMIT_NOFILE, _OPEN_FILES_MAX)
    set_limit(resource.RLIMIT_NPROC, tasks_max)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    memory = used + request.memory_limit_bytes
    set_limit(resource.RLIMIT_AS, memory, memory + _MEMORY_TO_REPORT)
    os.nice(_NICE)
    try:
        Path("/proc/self/oom_score_adj").write_text("1000")
    except OSError:  # a sandbox may have made /proc read-only; the limits above stand
        return


def _allow_memory() -> None:
    """Lifts the limit of memory, since it takes memory to report that it is used up."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def _load(request: CheckRequest) -> CheckResult:
    candidate = request.candidate
    if request.packages is not None:
        sys.path.append(request.packages)
    before = dict(sys.modules)
    try:
        candidates, others = (
            [parse(file.file_name, file.source, file.deployment_id) for file in files]
            for files in ((candidate, *request.along), request.others)
        )
        code = CodeSet.trial(candidates, others, request.service_owners)
    except DeploymentRefused as error:
        return CheckResult(refusal=error.refusal)
    except BaseException as error:  # noqa: BLE001 - this process exists to find out about any failure
        _allow_memory()
        reason = f"It cannot be looked at: {type(error).__name__}."
        return CheckResult(refusal=Refusal("import-failed", reason, candidate.file_name))
    # In a server, others work with these modules
    others_modules = sorted(name for name, module in before.items() if sys.modules.get(name) is not module)
    if others_modules:
        reason = f"It takes modules of others out of sys.modules when it is imported: {', '.join(others_modules[:3])}."
        return CheckResult(refusal=Refusal("import-failed", reason, candidate.file_name))
    files = [code.files[file.file_name] for file in (candidate, *request.along)]
    return CheckResult(
        services=tuple(
            CheckedService(
                entry.name,
                entry.file_name,
                entry.module,
                file.lines[entry.name],
            )
            for file in files
            for entry in file.services
        )
    )
