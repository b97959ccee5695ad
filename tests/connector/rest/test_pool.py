"""Many calls at once, and the end of a connection."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from support.http_peer import HttpPeer, Reply
from support.outgoing_rest import Connects
from support.waiting import PATIENCE_SECONDS, eventually


def all_closed(peer: HttpPeer) -> bool:
    return eventually(lambda: peer.open == 0)


def test_a_thousand_calls_wait_for_a_slow_system_at_the_same_time(connect: Connects) -> None:
    together = threading.Barrier(1001, timeout=60)

    def answer(_: object) -> Reply:
        together.wait()  # nobody is answered before all of them are in
        return Reply()

    with HttpPeer(answer) as peer:
        conn = connect(peer.address, pool_size=1000, timeout_seconds=60).conn
        with ThreadPoolExecutor(1000) as executor:
            calls = [executor.submit(conn.get, f"c{number}") for number in range(1000)]
            together.wait()
            assert {call.result().status_code for call in calls} == {200}
        peer.answer = lambda _: Reply()
        conn.get("c1")
        assert peer.accepted == 1000  # all of them are kept


def test_more_calls_than_the_pool_has_connections_are_not_held_up(peer: HttpPeer, connect: Connects) -> None:
    together = threading.Barrier(20, timeout=30)

    def answer(_: object) -> Reply:
        together.wait()  # nobody is answered before all of them are in
        return Reply()

    peer.answer = answer
    conn = connect(peer.address, pool_size=2, timeout_seconds=60).conn
    with ThreadPoolExecutor(20) as executor:
        calls = [executor.submit(conn.get, f"c{number}") for number in range(20)]
        # A call that failed is what there is to see, not the others' wait for it
        assert [str(call.exception()) for call in calls if call.exception()] == []
    assert {call.result().status_code for call in calls} == {200}
    assert eventually(lambda: peer.open <= 2)
    assert peer.open == 2


def test_a_retired_connection_ends_its_calls_and_closes(peer: HttpPeer, connect: Connects) -> None:
    started = threading.Event()
    go_on = threading.Event()

    def answer(received: object) -> Reply:
        if "slow" in getattr(received, "target", ""):
            started.set()
            go_on.wait(PATIENCE_SECONDS)
        return Reply()

    peer.answer = answer
    connection = connect(peer.address + "/{what}")
    with ThreadPoolExecutor(1) as executor:
        connection.conn.get("c1", {"what": "quick"})
        slow = executor.submit(connection.conn.get, "c1", {"what": "slow"})
        assert started.wait(PATIENCE_SECONDS)
        connection.retire()
        assert connection.conn.get("c1", {"what": "later"}).status_code == 200
        go_on.set()
        assert slow.result().status_code == 200
        del slow
    assert all_closed(peer)


def test_a_connection_that_nothing_refers_to_is_closed(peer: HttpPeer, connect: Connects) -> None:
    connection = connect(peer.address)
    connection.conn.get("c1")
    assert peer.open == 1
    del connection
    assert all_closed(peer)
