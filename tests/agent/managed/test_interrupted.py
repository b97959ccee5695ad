"""An agent that is stopped while it reloads says nothing against the files: they may well be good."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from zato.agent.haproxy.file_set import file_sets as of_haproxy
from zato.agent.haproxy.names import CLIENT_AUTHORITIES
from zato.agent.haproxy.names import CONFIGURATION as HAPROXY_CONFIGURATION
from zato.agent.haproxy.reloading import ReloadableHaproxy
from zato.agent.haproxy.running import RunningHaproxy, Worker
from zato.agent.lighttpd.file_set import file_sets as of_lighttpd
from zato.agent.lighttpd.names import CLIENT_CA, CONFIGURATION, PID, REQUEST_SCRIPT, RESPONSE_SCRIPT
from zato.agent.lighttpd.reloading import ReloadableLighttpd
from zato.agent.lighttpd.running import RunningLighttpd
from zato.agent.lighttpd.serving import Serving
from zato.agent.managed.file_sets import FileSet, Kept
from zato.agent.managed.reloading import Reloader
from zato.core.clock import SystemClock
from zato.core.errors import SetupError
from zato.host.layout import Layout

DEAF = "import signal; signal.signal(signal.SIGUSR1, signal.SIG_IGN); print('ready', flush=True); signal.pause()"


@pytest.fixture
def directory() -> Iterator[Path]:
    with TemporaryDirectory(prefix="zato-") as short:  # the kernel takes 107 bytes for sockets
        yield Path(short)


def stopped_soon() -> threading.Event:
    stop = threading.Event()
    threading.Timer(1.5, stop.set).start()
    return stop


def lighttpd_files(configuration: bytes) -> FileSet:
    return {CONFIGURATION: configuration, CLIENT_CA: b"ca", REQUEST_SCRIPT: b"", RESPONSE_SCRIPT: b""}


def test_lighttpds_files_are_not_refused(directory: Path) -> None:
    of_lighttpd(directory).keep(Kept.LAST_KNOWN_GOOD, lighttpd_files(b"before"))
    of_lighttpd(directory).put(lighttpd_files(b"new"))
    arguments = [sys.executable, "-c", DEAF, str(directory / CONFIGURATION)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            (directory / PID).write_text(f"{process.pid}\n")
            serving = Serving(directory, directory / "none.crt", directory / "none.sock")
            program = ReloadableLighttpd(RunningLighttpd(directory), serving, SystemClock(), stopped_soon())
            with pytest.raises(SetupError) as caught:
                Reloader(program, of_lighttpd(directory)).take_up()
        finally:
            process.kill()
    assert caught.value.code == "reload-interrupted"
    assert of_lighttpd(directory).rejected() is None
    assert (directory / CONFIGURATION).read_bytes() == b"new"


class OneThatStaysAsItIs(RunningHaproxy):
    """It is told to reload, and has not done so yet."""

    def worker(self) -> Worker:
        return Worker(1, "before", 0)

    def failed_reloads(self) -> int:
        return 0

    def reload(self) -> None:
        pass


def test_haproxys_files_are_not_refused(directory: Path) -> None:
    layout = Layout(directory)
    layout.haproxy.mkdir()
    (layout.haproxy / HAPROXY_CONFIGURATION).write_text("    description new\n")
    (layout.haproxy / CLIENT_AUTHORITIES).write_text("ca")
    haproxy = OneThatStaysAsItIs.of(layout)
    program = ReloadableHaproxy(layout, haproxy, ("127.0.0.1", 1), SystemClock(), stopped_soon())
    with pytest.raises(SetupError) as caught:
        Reloader(program, of_haproxy(layout)).take_up()
    assert caught.value.code == "reload-interrupted"
    assert of_haproxy(layout).rejected() is None
