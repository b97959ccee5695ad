"""What is said of a delivery."""

from __future__ import annotations

import pytest

from zato.broker.delivery import REASON_BYTES_MAX, Outcome, Result


@pytest.mark.parametrize("text", ["", "It broke.", "Žluťoučký kůň", "x" * REASON_BYTES_MAX])
def test_a_reason_is_kept_as_it_is(text: str) -> None:
    assert Result(Outcome.RETRY, text).reason == text


@pytest.mark.parametrize("character", ["x", "ů", "\N{SNOWMAN}", "\N{GRINNING FACE}"])
def test_one_that_is_too_long_is_cut_between_two_characters_and_says_so(character: str) -> None:
    reason = Result(Outcome.DEAD_LETTER, character * (REASON_BYTES_MAX + 1)).reason
    assert REASON_BYTES_MAX - 4 < len(reason.encode()) <= REASON_BYTES_MAX
    assert reason.lstrip(character) == "..."


def test_what_is_no_character_is_written_as_its_number() -> None:
    assert Result(Outcome.DEAD_LETTER, "bad: \ud800").reason == r"bad: \ud800"
