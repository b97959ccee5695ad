"""Sets of files as they are on disk, which releases before and after this one read, too."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from support.waiting import until
from zato.agent.haproxy.file_set import file_sets as of_haproxy
from zato.agent.haproxy.names import ANSWERING, CLIENT_AUTHORITIES, CONFIGURATION
from zato.agent.lighttpd.file_set import file_sets as of_lighttpd
from zato.agent.lighttpd.names import CLIENT_CA, REQUEST_SCRIPT, RESPONSE_SCRIPT
from zato.agent.lighttpd.names import CONFIGURATION as LIGHTTPD_CONFIGURATION
from zato.agent.managed.file_sets import FileSet, Kept, digest
from zato.core.errors import SetupError
from zato.host.layout import Layout

LIGHTTPD: FileSet = {LIGHTTPD_CONFIGURATION: b"x", CLIENT_CA: b"ca", REQUEST_SCRIPT: b"1", RESPONSE_SCRIPT: b"2"}


def haproxy_set(frame: str, **others: bytes) -> FileSet:
    return {CONFIGURATION: f"    description {frame}\n".encode(), CLIENT_AUTHORITIES: b"ca", **others}


def test_a_rejection_is_kept_in_the_words_of_each_program(tmp_path: Path) -> None:
    haproxy, lighttpd = of_haproxy(Layout(tmp_path)), of_lighttpd(tmp_path / "lighttpd")
    haproxy.put(haproxy_set("one"))
    haproxy.reject(haproxy_set("one"), "It did not serve.")
    lighttpd.put(LIGHTTPD)
    lighttpd.reject(LIGHTTPD, "Nor did it.")
    told = [json.loads(path.read_text()) for path in sorted(tmp_path.rglob("refused.json"))]
    assert told == [
        {"frame": "one", "reason": "It did not serve."},
        {"digest": digest(LIGHTTPD), "reason": "Nor did it."},
    ]
    assert haproxy.is_rejected(haproxy_set("one", **{ANSWERING: b"another"}))
    assert not haproxy.is_rejected(haproxy_set("two"))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"frame": 1, "reason": ""}', '{"digest": "x", "reason": "y"}'])
def test_a_rejection_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    layout = Layout(tmp_path)
    layout.haproxy.mkdir()
    (layout.haproxy / "refused.json").write_text(text)
    assert of_haproxy(layout).rejected() is None


def test_sets_are_where_they_always_were(tmp_path: Path) -> None:
    sets = of_haproxy(Layout(tmp_path))
    own = {"own/one.cfg": b"one", "own/two.cfg": b"two"}
    first, second = haproxy_set("first", **own), haproxy_set("second", **{ANSWERING: b"lua"})
    sets.served(first)
    sets.served(second)
    sets.put(second)
    found = {str(path.relative_to(tmp_path / "haproxy")) for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {
        *("haproxy.cfg", "client-ca.pem", "answer.lua"),
        *("good/haproxy.cfg", "good/client-ca.pem", "good/answer.lua"),
        *("before/haproxy.cfg", "before/client-ca.pem", "before/own/one.cfg", "before/own/two.cfg"),
    }
    assert (sets.kept(Kept.LAST_KNOWN_GOOD), sets.kept(Kept.PREVIOUS), sets.in_place()) == (second, first, second)


def test_servers_that_come_and_go_leave_nothing_to_go_back_to(tmp_path: Path) -> None:
    sets = of_haproxy(Layout(tmp_path))
    sets.served(haproxy_set("one"))
    sets.served(haproxy_set("one", **{ANSWERING: b"other servers"}))
    assert sets.kept(Kept.PREVIOUS) is None


def test_own_files_that_went_are_removed_and_what_the_configuration_may_name_stays(tmp_path: Path) -> None:
    sets = of_haproxy(Layout(tmp_path))
    sets.put(haproxy_set("new", **{"own/one.cfg": b"one", ANSWERING: b"lua"}))
    sets.put(haproxy_set("of an earlier release"))
    assert sets.in_place() == haproxy_set("of an earlier release", **{ANSWERING: b"lua"})


def test_files_that_are_as_they_were_are_not_read_again(tmp_path: Path) -> None:
    sets = of_haproxy(Layout(tmp_path))
    sets.put(haproxy_set("one", **{"own/one.cfg": b"one"}))
    until(lambda: sets.in_place() is sets.in_place())
    assert sets.in_place() == haproxy_set("one", **{"own/one.cfg": b"one"})


def test_a_change_shows_however_it_is_made(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    sets, authorities = of_haproxy(layout), layout.haproxy / CLIENT_AUTHORITIES
    sets.put(haproxy_set("one"))
    until(lambda: sets.in_place() is sets.in_place())
    before = authorities.stat()
    authorities.write_bytes(b"CA")
    os.utime(authorities, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert sets.in_place() == {**haproxy_set("one"), CLIENT_AUTHORITIES: b"CA"}
    for content in (b"c1", b"c2", b"c3"):  # within a tick of the kernel, and of the same size
        authorities.write_bytes(content)
        assert sets.in_place() == {**haproxy_set("one"), CLIENT_AUTHORITIES: content}
    until(lambda: sets.in_place() is sets.in_place())
    (layout.haproxy / "own" / "new.cfg").write_bytes(b"new")
    assert sets.in_place() == {**haproxy_set("one", **{"own/new.cfg": b"new"}), CLIENT_AUTHORITIES: b"c3"}
    until(lambda: sets.in_place() is sets.in_place())
    (layout.haproxy / CONFIGURATION).unlink()
    assert sets.in_place() is None


def test_what_is_refused_is_not_put_in_place(tmp_path: Path) -> None:
    def refuse() -> None:
        raise SetupError("no")

    sets = of_lighttpd(tmp_path)
    sets.put(LIGHTTPD)
    with pytest.raises(SetupError):
        sets.replace({**LIGHTTPD, CLIENT_CA: b"another"}, refuse)
    assert sets.replace(LIGHTTPD, refuse) is False
    assert sets.in_place() == LIGHTTPD
