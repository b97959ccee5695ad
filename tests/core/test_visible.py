"""What of a text from elsewhere is escaped before it is shown."""

from __future__ import annotations

import json
import sys
import unicodedata

import pytest

from zato.core.visible import encodable, visible, visible_bytes, visible_line

EVERYTHING = "".join(map(chr, range(sys.maxunicode + 1)))


def test_no_character_that_controls_reorders_or_hides_is_left() -> None:
    left = {unicodedata.category(each) for each in visible_line(EVERYTHING)}
    # Of format there are some that a later release of Unicode may add; none of those that there are is left
    assert left.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"}), left
    assert not {"\u034f", "\u115f", "\u3164", "\ufe0f", "\U000e0101"} & set(visible(EVERYTHING))


def test_what_can_be_seen_stays_as_it_is() -> None:
    for text in ("Zażółć gęślą jaźń", "日本語 \U0001f600", "a\\u001b", "\ttab\nline", "e\u0301"):
        assert visible(text) == text
        assert visible_bytes(text.encode()) == text.replace("\n", "\\u000a").encode()
    assert visible_line("tab\there\n") == "tab\\u0009here\\u000a"


@pytest.mark.parametrize("text", ["\x1b]0;title\x07", "\x9b31m", "a\u202eb", "\U000e0041", "\r", "\x7f", "\ufeff"])
def test_json_says_the_same_with_it_escaped(text: str) -> None:
    plain = json.dumps(text, ensure_ascii=False)
    assert visible(text) != text
    assert json.loads(visible(plain)) == text
    assert json.loads(visible_bytes(plain.encode())) == text
    assert visible(plain).isascii()


def test_what_an_encoding_has_not_got_is_escaped_too() -> None:
    text = "Zażółć \U0001f600\n"
    assert json.loads(encodable(json.dumps(text, ensure_ascii=False), "ascii")) == text
    assert encodable(text, "ascii") == "Za\\u017c\\u00f3\\u0142\\u0107 \\ud83d\\ude00\n"
    assert encodable("é", "latin-1") == "é"


def test_bytes_that_are_no_text_are_shown_as_such() -> None:
    assert visible_bytes(b"\xff\x1b[2J\xc2\x9b") == b"\\xff\\u001b[2J\\u009b"
    assert visible("\udc80") == "\\udc80"
