"""What a path names, and what is no path."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zato.core.errors import InvalidInput
from zato.core.target import path_of, segments_of


@pytest.mark.parametrize(
    ("path", "segments"),
    [
        ("/", [""]),
        ("/a", ["a"]),
        ("/a/", ["a", ""]),
        ("//a//b", ["", "a", "", "b"]),
        ("/customers/7%2Forders", ["customers", "7/orders"]),
        ("/customers/7%2forders", ["customers", "7/orders"]),
        ("/a%5Cb\\c", ["a\\b\\c"]),
        ("/%65nrol", ["enrol"]),
        ("/a%252Fb", ["a%2Fb"]),
        ("/a;b=c/d,e", ["a;b=c", "d,e"]),
        ("/a+b%20c", ["a+b c"]),
        ("/%E2%82%AC%e2%82%ac", ["€€"]),
        ("/..;/a", ["..;", "a"]),
        ("/..%2Fa", ["../a"]),
        ("/.../.a/a.", ["...", ".a", "a."]),
        ("/a%0D%0Ab%09%7F", ["a\r\nb\t\x7f"]),
        ("/%EF%BB%BFa", ["\ufeffa"]),
    ],
)
def test_segments_are_decoded_once_after_splitting(path: str, segments: list[str]) -> None:
    assert segments_of(path) == segments


DOTS = ["/.", "/..", "/./a", "/a/../b", "/a/..", "/%2e", "/%2E%2e/a", "/a/.%2E", "/a/%2e./b", "//../a"]
PERCENT = ["/%", "/a%2", "/%zz", "/%2gb", "/a%%41", "/%u0041"]
NUL = ["/a%00", "/%00/b"]
NOT_UTF_8 = ["/%ff", "/%C0%AF", "/%c0%ae%c0%ae/a", "/%E2%82", "/%ED%A0%80", "/%F4%90%80%80", "/%80"]
NO_PATH = ["", "*", "a/b", "http://localhost/a", "localhost:80"]


@pytest.mark.parametrize("path", [*DOTS, *PERCENT, *NUL, *NOT_UTF_8, *NO_PATH])
def test_what_could_be_taken_for_another_path_is_refused(path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        segments_of(path)
    assert caught.value.code == "invalid-path"


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1))
def test_encoded_text_arrives_as_it_was(segments: list[str]) -> None:
    path = "/" + "/".join(quote(segment, safe="") for segment in segments)
    if any(segment in {".", ".."} for segment in segments):
        with pytest.raises(InvalidInput):
            segments_of(path)
    else:
        assert segments_of(path) == segments


def test_the_path_ends_at_the_first_question_mark() -> None:
    assert path_of("/a?b=/c?d") == "/a"
    assert path_of("/a%3Fb") == "/a%3Fb"
