"""Which clients are too slow follows from what HAProxy says of its streams, and from nothing else."""

from __future__ import annotations

from zato.agent.haproxy.streams import Mark, Stream, judge, older, streams_in

LISTED = """\
0x556e9be08380: proto=tcpv4 src=127.0.0.1:54078 fe=edge be=servers srv=server-1 ts=00 epoch=0 age=16s calls=2 rate=0
0x556e9bfafbe0: proto=tcpv4 src=127.0.0.1:54098 fe=edge be=servers srv=server-1 ts=00 epoch=0 age=1m2s calls=3 rate=0
0x556e9bfb10b0: proto=unix_stream src=unix:1 fe=GLOBAL be=<NONE> srv=<none> ts=00 epoch=0 age=59s calls=1 rate=0
0x7f4b5c05e150: proto=tcpv4 src=127.0.0.1:54094 fe=edge be=servers srv=server-1 ts=00 epoch=0 age=1s calls=2 rate=0
"""
SHOWN = """\
0x556e9be08380: [30/Nov/2026:10:36:24.414183] id=1 proto=tcpv4 source={source}
  flags=0x84a, conn_retries=0, conn_exp=<NEVER> conn_et=0x000 srv_conn=0x556e9bd477f0, pend_pos=(nil) waiting=0 epoch=0
  frontend=edge (id=2 mode=http), listener=? (id=1) addr=127.0.0.1:18999
  txn=0x556e9bf9f6d0 flags=0x0 meth=3 status=-1 req.st={request} rsp.st={answer} req.f=0x0d rsp.f=0x00
  req=0x556e9be083a0 (f=0x840282 an=0x8000 pipe=0 tofwd=-1 total=100061)
      an_exp=<NEVER> rex=<NEVER> wex=<NEVER>
      buf=0x556e9be083a8 data=(nil) o=0 p=0 i=0 size=0
      htx=0x556e73410800 flags=0x0 size=0 data={sent_waiting} used=0 wrap=NO extra=0
  res=0x556e9be08400 (f=0x80400000 an=0x1400000 pipe=0 tofwd=0 total=2844192)
      an_exp=<NEVER> rex=59s wex=<NEVER>
      buf=0x556e9be08408 data=(nil) o=0 p=0 i=0 size=0
      htx=0x556e73410800 flags=0x0 size=0 data={answer_waiting} used=0 wrap=NO extra=0
"""


def shown(
    request: str = "MSG_DATA",
    answer: str = "MSG_RPBEFORE",
    *,
    sent: int = 0,
    unread: int = 0,
    source: str = "10.1.2.3:54",
) -> str:
    return SHOWN.format(request=request, answer=answer, sent_waiting=sent, answer_waiting=unread, source=source)


def stream(sent: int, *, awaited: bool = True) -> Stream:
    return Stream("a", "0x1", "10.1.2.3", awaited, sent)


def slow_after(*sent: int, awaited: bool = True) -> list[bool]:
    """For looks every two seconds, at clients that have to send 10 bytes a second within 4 seconds."""
    marks: dict[str, Mark] = {}
    found = []
    for amount in sent:
        marks, slow = judge(marks, [stream(amount, awaited=awaited)], 2.0, bytes_per_second=10, seconds=4.0)
        found.append(bool(slow))
    return found


def test_old_streams_of_clients_are_looked_at() -> None:
    assert older(LISTED, "edge", 5.0) == ["0x556e9be08380", "0x556e9bfafbe0"]
    assert older("", "edge", 5.0) == []


def test_a_client_that_sends_its_body_is_awaited() -> None:
    (found,) = streams_in(shown())
    assert (found.address, found.source, found.awaited, found.sent_bytes) == (
        "0x556e9be08380",
        "10.1.2.3",
        True,
        100_061,
    )


def test_a_client_is_not_awaited_while_the_server_is() -> None:
    waiting = [shown("MSG_DONE"), shown(sent=5000), shown("MSG_DONE", "MSG_DATA"), shown("MSG_BODY")]
    assert [found.awaited for found in streams_in("".join(waiting))] == [False] * 4


def test_ipv6_sources_are_told_whole() -> None:
    (found,) = streams_in(shown(source="2001:db8::1:443"))
    assert found.source == "2001:db8::1"


def test_what_is_not_understood_is_left_out() -> None:
    assert streams_in("No such session (use 'show sess').\n\n" + shown().replace("total=", "sum=")) == []
    assert streams_in("") == []


def test_a_client_that_sends_too_little_is_slow() -> None:
    assert slow_after(0, 1, 2) == [False, False, True]


def test_a_client_that_sends_enough_is_not_slow() -> None:
    assert slow_after(0, 20, 40, 60, 80, 100) == [False] * 6


def test_a_burst_is_no_leave_to_stop() -> None:
    assert slow_after(0, 10**6, 10**6, 10**6, 10**6) == [False, False, False, False, True]


def test_nobody_is_slow_whose_turn_it_is_not() -> None:
    assert slow_after(0, 0, 0, 0, awaited=False) == [False] * 4


def test_what_has_ended_is_forgotten() -> None:
    marks, _ = judge({}, [stream(0)], 2.0, bytes_per_second=10, seconds=4.0)
    assert judge(marks, [], 2.0, bytes_per_second=10, seconds=4.0) == ({}, [])
