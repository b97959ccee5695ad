"""The YAML document of exports and imports."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zato.config import export_document
from zato.config.kinds.text import character_error
from zato.core.errors import InvalidInput
from zato.core.visible import visible

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40).filter(
    lambda text: character_error(text, multiline=True) is None
)
bodies = st.dictionaries(
    st.sampled_from(["service", "path", "active", "methods", "no", "1"]),
    texts | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.none() | st.lists(texts, max_size=3),
    max_size=4,
)
names = texts.filter(bool)


@given(st.dictionaries(st.tuples(st.sampled_from(["service", "on", "x"]), names), bodies, max_size=5))
def test_what_is_dumped_loads_as_it_was(items: dict[tuple[str, str], dict[str, Any]]) -> None:
    text = export_document.dump((kind, name, body) for (kind, name), body in items.items())
    assert {(kind, name): body for kind, name, body in export_document.load(text)} == items


def test_pem_is_readable_in_the_document() -> None:
    pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    text = export_document.dump([("outgoing-rest", "x", {"ca_certificate": pem})])
    assert "    ca_certificate: |\n      -----BEGIN CERTIFICATE-----\n      MIIB\n" in text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("service:\n  a: {active: true}\n  a: {active: false}\n", "the key 'a' is there twice at line 3"),
        ("service:\n  a: &x {}\n  b: *x\n", "anchors and aliases are not allowed at line 2"),
        ("a: &a [x]\nb: &b [*a, *a]\n", "anchors and aliases"),
        ("service:\n  a: !!python/object/apply:os.system ['true']\n", "could not determine a constructor"),
        ("[" * 100_000, "nested too deeply"),
        ("{a: " * 5_000, "nested too deeply"),
        ("- 1\n" * 1_000_001, "more than 1000000 values"),
        ("service: [a, b]\n", "service must be a mapping"),
        ("- a\n", "the document must be a mapping"),
        ("service:\n  1: {}\n", "the name 1 is not a string; put it in quotes"),
        ("service:\n  [a]: {}\n", "the key is not a scalar"),
        ("a: b: c\n", "at line 1"),
        ("a: \x00\n", "control characters"),
        ("a: {b: {c: 2027-13-45}}\n", "month must be in"),
        ("a: {b: {c: " + "9" * 5000 + "}}\n", "digits"),
        ("a: '\ud800'\n", "surrogates"),
        ("--- a\n--- b\n", "expected a single document"),
    ],
)
def test_what_two_readers_could_understand_differently_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason) as caught:
        export_document.load(text)
    assert caught.value.code == "invalid-document"


def test_a_document_that_is_too_long_is_refused_before_it_is_read() -> None:
    with pytest.raises(InvalidInput, match="it is longer than"):
        export_document.load("#" * (export_document.MAX_CHARACTERS + 1))


def test_a_document_may_have_no_items() -> None:
    assert export_document.load("{}") == export_document.load("service:\n") == []


@pytest.mark.parametrize("text", ["", "\n", "# cut off", "null", "---\n"])
def test_an_empty_text_is_no_document_that_could_replace_all_items(text: str) -> None:
    with pytest.raises(InvalidInput, match="it is empty"):
        export_document.load(text)
    assert export_document.load("service: {a: }\n") == [("service", "a", {})]


@given(st.text(max_size=200))
def test_any_text_is_loaded_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidInput):
        export_document.load(text)


def test_an_export_means_the_same_where_what_is_not_seen_is_shown() -> None:
    evil = "a\u202eb \u200b\x9b\U000e0041"
    for text in (evil, f"{evil}\nin lines\n", f"{evil}\r\n"):
        items = [("kind", "name", {"field": text, text: "plain"})]
        assert export_document.load(visible(export_document.dump(items))) == items


@pytest.mark.parametrize(
    "number",
    ["1:" * 50_000 + "1", "1:" * 50_000 + "1.5", "!!int " + "1:" * 50_000 + "1", "0x" + "f" * 50_000],
)
def test_a_number_of_base_sixty_takes_no_more_time_than_its_length(number: str) -> None:
    before = time.thread_time()
    for text in (f"a: {number}", f"? {number}\n: 1", f"channel-rest: {{a: {{requests_max: [{number}]}}}}"):
        with pytest.raises(InvalidInput, match="the number has more than 3000 digits"):
            export_document.load(text)
    assert time.thread_time() - before < 1


def test_numbers_of_all_bases_are_read() -> None:
    assert export_document.parse("[1:30:00, 0x1f, 1.5, -3, 017]") == [5400, 31, 1.5, -3, 15]
    long = export_document.parse(f"[0x{'f' * 2990}, {'9' * 3000}]")
    assert [len(str(each)) for each in long] == [3601, 3000]
