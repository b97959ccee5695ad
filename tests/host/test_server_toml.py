"""server.toml: people's text stays theirs, and says which revision it was written for."""

from __future__ import annotations

import tomllib

import pytest

from zato.core.errors import SetupError
from zato.host.server_toml import changes, new_text, revised, revision_of, with_revision
from zato.host.settings import SERVER_SETTINGS


def test_a_new_one_sets_what_was_given_and_shows_the_rest() -> None:
    text = new_text({"workers": 3, "log_level": "debug"})
    assert tomllib.loads(text) == {"workers": 3, "log_level": "debug"}
    assert revision_of(text) == 0
    shown = tomllib.loads("\n".join(line.removeprefix("# ") for line in text.splitlines() if " = " in line))
    assert {*shown} == {*SERVER_SETTINGS} - {"log_format"}


def test_comments_and_order_survive_a_change_of_values() -> None:
    text = "# ours\nthreads_max = 7  # as measured\nworkers = 2\n\nlog_level = 'debug'\n"
    changed = revised(text, {"workers": 5, "threads_max": 7, "drain_seconds": 1.5}, 12)
    assert changed.splitlines()[1:5] == [
        "# ours",
        "threads_max = 7  # as measured",
        "workers = 5",
        "drain_seconds = 1.5",
    ]
    assert revision_of(changed) == 12
    assert revision_of(revised(changed, {}, 13)) == 13
    assert revised(changed, {"workers": 5}, 13).count("# Revision") == 1


def test_a_revision_that_is_no_number_is_none() -> None:
    assert revision_of("# Revision next\n") is None
    assert revision_of(with_revision("workers = 1\n", 4)) == 4


def test_a_change_is_told_in_one_line() -> None:
    assert changes({"workers": 1, "log_level": "info"}, {"workers": 2}) == "workers = 2, no log_level"
    assert changes({"workers": 1}, {"workers": 1}) == "Comments only"


def test_text_that_cannot_be_rewritten_is_refused() -> None:
    with pytest.raises(SetupError):
        revised("workers = ", {}, 1)
