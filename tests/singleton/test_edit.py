"""What an edit of `server.toml` amounts to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from zato.core.errors import SetupError
from zato.singleton.repository.edit import Text, merged, readable

FILE = Path("/etc/zato/server-1/server.toml")


@pytest.mark.parametrize(
    ("edited", "current", "expected"),
    [
        ({"workers": 2, "threads_max": 8}, {"workers": 2, "threads_max": 8}, {"workers": 2, "threads_max": 8}),
        ({"workers": 3, "threads_max": 8}, {"workers": 2, "threads_max": 9}, {"workers": 3, "threads_max": 9}),
        ({"workers": 3, "threads_max": 8}, {"workers": 4, "threads_max": 8}, {"workers": 3, "threads_max": 8}),
        ({"threads_max": 8}, {"workers": 4, "threads_max": 9}, {"threads_max": 9}),
        ({"threads_max": 8}, {"threads_max": 8}, {"threads_max": 8}),
        ({"workers": 2, "threads_max": 8, "drain_seconds": 1}, {}, {"drain_seconds": 1}),
        ({}, {"log_level": "info"}, {"log_level": "info"}),
    ],
    ids=["nothing", "one of two", "the same field", "taken out", "gone already", "added", "all taken out"],
)
def test_what_an_edit_changes_is_changed_and_what_others_changed_meanwhile_stays(
    edited: dict[str, Any], current: dict[str, Any], expected: dict[str, Any]
) -> None:
    base, before = {"workers": 2, "threads_max": 8}, dict(current)
    assert merged(base, edited, current) == expected
    assert current == before


def test_a_version_has_its_values_and_the_revision_that_it_names() -> None:
    found = Text.read(FILE, b"# Revision 7 of server-1\nworkers = 3\n")
    assert (found.values, found.revision) == ({"workers": 3}, 7)
    assert Text.read(FILE, b"workers = 3\n").revision is None
    assert readable(FILE, b"workers = 3\n") == Text.read(FILE, b"workers = 3\n")


@pytest.mark.parametrize(
    "content", [b"workers = ", b"workers = 'many'\n", b"colour = 'red'\n", b"\xff", b"workers = -1\n"]
)
def test_what_a_server_could_not_go_by_is_no_version(content: bytes) -> None:
    assert readable(FILE, content) is None
    with pytest.raises(SetupError, match=r"server\.toml"):
        Text.read(FILE, content)


def test_where_there_is_no_file_there_is_no_version() -> None:
    assert readable(FILE, None) is None
    found = readable(FILE, b"")
    assert found is not None
    assert found.values == {}
