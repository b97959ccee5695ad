"""When HAProxy's agent holds it against files that HAProxy does not serve with them, and when it does not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from zato.agent.haproxy.file_set import file_sets
from zato.agent.haproxy.names import ANSWERING, CLIENT_AUTHORITIES, CONFIGURATION, OWN, master_socket
from zato.agent.haproxy.reloading import ReloadableHaproxy
from zato.agent.haproxy.running import RunningHaproxy, Worker
from zato.agent.managed.file_sets import FileSet, Kept
from zato.agent.managed.reloading import Reloader
from zato.core.clock import SystemClock
from zato.core.errors import Conflict, SetupError, Unavailable
from zato.host.layout import Layout


def file_set(text: bytes, authorities: bytes = b"ca", **others: bytes) -> FileSet:
    return {CONFIGURATION: text, CLIENT_AUTHORITIES: authorities, **others}


BEFORE = file_set(b"    description before\n")
NEW = file_set(b"    description new\n")


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
    edge = ("127.0.0.1", 1)
    return Reloader(ReloadableHaproxy(layout, haproxy, edge, SystemClock(), threading.Event()), file_sets(layout))


def test_files_with_which_haproxy_does_not_serve_are_refused_and_the_last_good_ones_put_back(layout: Layout) -> None:
    file_sets(layout).keep(Kept.LAST_KNOWN_GOOD, BEFORE)
    file_sets(layout).put(NEW)
    with pytest.raises(SetupError, match="nor the last good one") as caught:
        reloader(layout, Haproxy.of(layout)).take_up()
    assert caught.value.code == "reload-failed"
    rejection = file_sets(layout).rejected()
    assert rejection is not None
    assert rejection.identity == "new"
    assert file_sets(layout).in_place() == BEFORE


def test_nothing_is_held_against_the_files_while_haproxy_is_away(layout: Layout) -> None:
    haproxy = Haproxy.of(layout)
    haproxy.away = True
    file_sets(layout).keep(Kept.LAST_KNOWN_GOOD, BEFORE)
    file_sets(layout).put(NEW)
    with pytest.raises(Unavailable):
        reloader(layout, haproxy).take_up()
    assert file_sets(layout).rejected() is None
    assert file_sets(layout).in_place() == NEW


def test_nothing_is_held_against_the_files_where_haproxys_master_is_away(layout: Layout) -> None:
    class WithoutMaster(Haproxy):
        def reload(self) -> None:
            RunningHaproxy.reload(self)

    file_sets(layout).keep(Kept.LAST_KNOWN_GOOD, BEFORE)
    file_sets(layout).put(NEW)
    assert not master_socket(layout).exists()
    with pytest.raises(Unavailable):
        reloader(layout, WithoutMaster.of(layout)).take_up()
    assert file_sets(layout).rejected() is None


def test_the_last_good_files_are_not_refused_where_a_reload_with_them_fails(layout: Layout) -> None:
    """There are none to be used instead, and they would not be written any more."""
    file_sets(layout).keep(Kept.LAST_KNOWN_GOOD, BEFORE)
    file_sets(layout).put(BEFORE)
    with pytest.raises(SetupError) as caught:
        reloader(layout, Haproxy.of(layout)).take_up()
    assert caught.value.code == "reload-failed"
    assert file_sets(layout).rejected() is None


def test_a_balancer_without_files_says_so_by_a_code_of_its_own(layout: Layout) -> None:
    with pytest.raises(SetupError) as caught:
        reloader(layout, Haproxy.of(layout)).take_up()
    assert caught.value.code == "balancer-not-configured"


def text(frame: str, *lines: str) -> bytes:
    return "".join(f"{line}\n" for line in (f"    description {frame}", "frontend edge", *lines)).encode()


DENY = "    http-request deny if { src 192.0.2.1 }"


def test_going_back_leaves_the_cas_of_clients_as_they_are(layout: Layout) -> None:
    before = file_set(text("before", "    timeout client 9s"), b"a CA that was removed since")
    present = file_set(text("new", "    timeout client 1s", "    # why"))
    file_sets(layout).keep(Kept.PREVIOUS, before)
    file_sets(layout).put(present)
    with pytest.raises(SetupError, match="did not take up"):  # this HAProxy does not load anything
        reloader(layout, Haproxy.of(layout)).go_back()
    assert file_sets(layout).in_place() == {**before, CLIENT_AUTHORITIES: b"ca"}
    file_sets(layout).put(present)
    with pytest.raises(SetupError, match="did not take up"):
        reloader(layout, Haproxy.of(layout)).go_back(with_security=True)
    assert file_sets(layout).in_place() == before


@pytest.mark.parametrize(
    ("present", "before"),
    [
        (file_set(text("new", DENY)), file_set(text("before"))),
        (file_set(text("new"), **{f"{OWN}/own.cfg": DENY.encode()}), file_set(text("before"))),
        (file_set(text("new")), file_set(text("before", "    acl exempt src 192.0.2.0/24"))),
        (
            file_set(text("new", "    bind 127.0.0.1:1")),
            file_set(text("before", "    bind 0.0.0.0:1")),
        ),
        (file_set(text("new", DENY, "    x")), file_set(text("before", "    x", DENY))),
        (
            file_set(text("new", DENY), **{f"{OWN}/haproxy.cfg": b"# mine"}),
            file_set(text("before"), **{f"{OWN}/haproxy.cfg": b"# mine"}),
        ),
        (file_set(text("new"), **{ANSWERING: b"new"}), file_set(text("before"), **{ANSWERING: b"old"})),
    ],
    ids=["rule", "own rule", "exemption", "address", "order", "rule beside an own file of the same name", "script"],
)
def test_going_back_lifts_no_restriction_that_was_set_since(layout: Layout, present: FileSet, before: FileSet) -> None:
    file_sets(layout).keep(Kept.PREVIOUS, before)
    file_sets(layout).put(present)
    with pytest.raises(Conflict, match="--with-security") as caught:
        reloader(layout, Haproxy.of(layout)).go_back()
    assert caught.value.code == "security-not-asked-for"
    assert all(": - " in detail or ": + " in detail for detail in caught.value.details)
    assert (file_sets(layout).in_place(), file_sets(layout).rejected()) == (present, None)
    with pytest.raises(SetupError, match="did not take up"):
        reloader(layout, Haproxy.of(layout)).go_back(with_security=True)
    assert file_sets(layout).in_place() == before
