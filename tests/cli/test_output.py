"""What a person sees: tables, counts, moments; and which messages are meant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from zato.cli.chosen_messages import ids_of, origin_of
from zato.cli.output import below, counted, moment, show_table, show_warnings
from zato.core.errors import InvalidInput

ID, OTHER = "0af7651916cd43dd8448eb211c80319c", "f" * 32


def test_columns_are_as_wide_as_what_is_in_them(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("name", "size"), [("a", 1), ("longer", None), ("", 12345)])
    assert capsys.readouterr().out == "NAME    SIZE\na       1\nlonger\n        12345\n"


def test_a_cell_stays_in_its_line_and_no_rows_are_said_to_be_none(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("name",), [("a\nb\x1b[31m",)])
    name, row = capsys.readouterr().out.splitlines()
    assert (name, "\x1b" in row) == ("NAME", False)
    show_table(("name",), [])
    assert capsys.readouterr().out == "Nothing to show.\n"


def test_warnings_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    show_warnings({"warnings": [{"message": "One.\nTwo."}]})
    show_warnings({"warnings": None})
    show_warnings({})
    assert tuple(capsys.readouterr()) == ("", "Warning: One.\n  Two.\n")


def test_no_line_of_a_text_can_be_taken_for_one_of_the_commands() -> None:
    assert below("a\nzato: b\rc\u2028d") == "a\n  zato: b\n  c\n  d"


@pytest.mark.parametrize(("count", "said"), [(0, "0 messages"), (1, "1 message"), (2, "2 messages")])
def test_counts_are_words(count: int, said: str) -> None:
    assert counted(count, "message") == said


@pytest.mark.parametrize(
    "when",
    [
        "2030-01-01T12:30:15.999+02:00",
        "2030-01-01T10:30:15Z",
        datetime(2030, 1, 1, 10, 30, 15, tzinfo=UTC),
        datetime(2030, 1, 1, 5, 30, 15, tzinfo=timezone(timedelta(hours=-5))),
    ],
)
def test_moments_are_shown_in_utc(when: str | datetime) -> None:
    assert moment(when) == "2030-01-01 10:30:15 UTC"


def test_messages_are_named_or_all_are_meant() -> None:
    assert ids_of((ID, OTHER), everything=False) == (ID, OTHER)
    assert ids_of((), everything=True) is None
    for ids, everything in (((), False), ((ID,), True)):
        with pytest.raises(InvalidInput, match="Name the ids of messages, or say --all"):
            ids_of(ids, everything)


@pytest.mark.parametrize("wrong", ["", "x", ID.upper(), ID + "0", ID[1:], ID + "\n"])
def test_what_is_no_id_is_refused_before_anything_is_asked(wrong: str) -> None:
    with pytest.raises(InvalidInput, match="is no id of a message"):
        ids_of((ID, wrong), everything=False)


@pytest.mark.parametrize(
    ("message", "said"),
    [({"origin": "job", "origin_name": "nightly"}, "job nightly"), ({"origin": "message"}, "message"), ({}, "")],
)
def test_a_server_of_the_release_before_does_not_say_what_has_sent_a_message(
    message: dict[str, str], said: str
) -> None:
    assert origin_of(message) == said
