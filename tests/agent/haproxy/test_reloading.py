"""When HAProxy's agent holds it against files that HAProxy does not serve with them, and when it does not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from zato.agent.haproxy.generations import Files, Generation, files_in, keep, put, refused
from zato.agent.haproxy.names import master_socket
from zato.agent.haproxy.reloading import Reloader
from zato.agent.haproxy.running import RunningHaproxy, Worker
from zato.core.clock import SystemClock
from zato.core.errors import Conflict, SetupError, Unavailable
from zato.host.layout import Layout

BEFORE = Files(b"    description before\n", b"ca", {})
NEW = Files(b"    description new\n", b"ca", {})


class Haproxy(RunningHaproxy):
    """Fails every reload, or is away."""

    away = False
    reloads = 0

    def worker(self) -> Worker:
        if self.away:
            raise Unavailable("HAProxy does not answer.", code="balancer-away")
        return Worker(1, "before", 0)

    def failed_reloads(self) -> int:
        return self.reloads

    def reload(self) -> None:
        self.reloads += 1


@pytest.fixture
def layout() -> Iterator[Layout]:
    with TemporaryDirectory(prefix="zato-") as short:  # the kernel takes 107 bytes for sockets
        yield Layout(Path(short))


def reloader(layout: Layout, haproxy: RunningHaproxy) -> Reloader:
    return Reloader(layout, haproxy, ("127.0.0.1", 1), SystemClock(), threading.Event())


def test_files_with_which_haproxy_does_not_serve_are_refused_and_the_last_good_ones_put_back(layout: Layout) -> None:
    keep(layout, Generation.GOOD, BEFORE)
    put(layout, NEW)
    with pytest.raises(SetupError, match="nor the last good one") as caught:
        reloader(layout, Haproxy.of(layout)).take_up()
    assert caught.value.code == "reload-failed"
    refusal = refused(layout)
    assert refusal is not None
    assert refusal.frame == "new"
    assert files_in(layout.haproxy) == BEFORE


def test_nothing_is_held_against_the_files_while_haproxy_is_away(layout: Layout) -> None:
    haproxy = Haproxy.of(layout)
    haproxy.away = True
    keep(layout, Generation.GOOD, BEFORE)
    put(layout, NEW)
    with pytest.raises(Unavailable):
        reloader(layout, haproxy).take_up()
    assert refused(layout) is None
    assert files_in(layout.haproxy) == NEW


def test_nothing_is_held_against_the_files_where_haproxys_master_is_away(layout: Layout) -> None:
    class WithoutMaster(Haproxy):
        def reload(self) -> None:
            RunningHaproxy.reload(self)

    keep(layout, Generation.GOOD, BEFORE)
    put(layout, NEW)
    assert not master_socket(layout).exists()
    with pytest.raises(Unavailable):
        reloader(layout, WithoutMaster.of(layout)).take_up()
    assert refused(layout) is None


def test_the_last_good_files_are_not_refused_where_a_reload_with_them_fails(layout: Layout) -> None:
    """There are none to be used instead, and they would not be written any more."""
    keep(layout, Generation.GOOD, BEFORE)
    put(layout, BEFORE)
    with pytest.raises(SetupError) as caught:
        reloader(layout, Haproxy.of(layout)).take_up()
    assert caught.value.code == "reload-failed"
    assert refused(layout) is None


def test_a_balancer_without_files_says_so_by_a_code_of_its_own(layout: Layout) -> None:
    with pytest.raises(SetupError) as caught:
        reloader(layout, Haproxy.of(layout)).take_up()
    assert caught.value.code == "balancer-not-configured"


def text(frame: str, *lines: str) -> bytes:
    return "".join(f"{line}\n" for line in (f"    description {frame}", "frontend edge", *lines)).encode()


DENY = "    http-request deny if { src 192.0.2.1 }"


def test_going_back_leaves_the_cas_of_clients_as_they_are(layout: Layout) -> None:
    before = Files(text("before", "    timeout client 9s"), b"a CA that was removed since", {})
    present = Files(text("new", "    timeout client 1s", "    # why"), b"ca", {})
    keep(layout, Generation.BEFORE, before)
    put(layout, present)
    with pytest.raises(SetupError, match="did not take up"):  # this HAProxy does not load anything
        reloader(layout, Haproxy.of(layout)).go_back()
    assert files_in(layout.haproxy) == Files(before.text, present.authorities, {})
    put(layout, present)
    with pytest.raises(SetupError, match="did not take up"):
        reloader(layout, Haproxy.of(layout)).go_back(with_security=True)
    assert files_in(layout.haproxy) == before


@pytest.mark.parametrize(
    ("present", "before"),
    [
        (Files(text("new", DENY), b"ca", {}), Files(text("before"), b"ca", {})),
        (Files(text("new"), b"ca", {"own.cfg": DENY.encode()}), Files(text("before"), b"ca", {})),
        (Files(text("new"), b"ca", {}), Files(text("before", "    acl exempt src 192.0.2.0/24"), b"ca", {})),
        (
            Files(text("new", "    bind 127.0.0.1:1"), b"ca", {}),
            Files(text("before", "    bind 0.0.0.0:1"), b"ca", {}),
        ),
        (Files(text("new", DENY, "    x"), b"ca", {}), Files(text("before", "    x", DENY), b"ca", {})),
        (Files(text("new"), b"ca", {}, b"new"), Files(text("before"), b"ca", {}, b"old")),
    ],
    ids=["rule", "own rule", "exemption", "address", "order", "script"],
)
def test_going_back_lifts_no_restriction_that_was_set_since(layout: Layout, present: Files, before: Files) -> None:
    keep(layout, Generation.BEFORE, before)
    put(layout, present)
    with pytest.raises(Conflict, match="--with-security") as caught:
        reloader(layout, Haproxy.of(layout)).go_back()
    assert caught.value.code == "security-not-asked-for"
    assert all(": - " in detail or ": + " in detail for detail in caught.value.details)
    assert (files_in(layout.haproxy), refused(layout)) == (present, None)
    with pytest.raises(SetupError, match="did not take up"):
        reloader(layout, Haproxy.of(layout)).go_back(with_security=True)
    assert files_in(layout.haproxy) == before
