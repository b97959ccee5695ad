"""Source code as it is shown."""

from __future__ import annotations

from zato.admin.source import diff_of, lines_of, numbers_of, text_of


def test_what_differs_is_told_line_by_line() -> None:
    found = diff_of("a\nb\nc\n", "a\nB\nc\nd\n")
    assert found is not None
    assert [(line.kind, line.text) for line in found][1:] == [
        ("same", " a"),
        ("del", "-b"),
        ("ins", "+B"),
        ("same", " c"),
        ("ins", "+d"),
    ]
    assert numbers_of(found) == (2, 1)
    assert diff_of("a\n", "a\n") == []


def test_a_line_that_looks_like_a_head_is_a_line() -> None:
    found = diff_of("-- x\n++ y\n", "-- x\n")
    assert found is not None
    assert ("del", "-++ y") in [(line.kind, line.text) for line in found]


def test_too_much_is_not_compared() -> None:
    assert diff_of("a\n" * 6000, "b\n" * 6000) is None


def test_of_many_lines_those_around_the_wrong_one_are_shown() -> None:
    shown = lines_of("x\n" * 20_000, 15_000)
    assert len(shown) <= 5000
    assert [line.number for line in shown if line.marked] == [15_000]


def test_bytes_that_are_no_text_are_none() -> None:
    assert text_of(b"\xff\xfe") is None
    assert text_of(b"a\0b") is None
    assert text_of("ä".encode()) == "ä"
