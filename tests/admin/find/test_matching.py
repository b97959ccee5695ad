"""Which pages are meant by some letters."""

from __future__ import annotations

from zato.admin.find.matching import Place, meant

_PLACES = [
    Place(title, f"/{number}", "page") for number, title in enumerate(("Undeployed", "New Deploy", "Deploy", "Logs"))
]


def titles(text: str) -> list[str]:
    return [place.title for place in meant(_PLACES, text)]


def test_what_begins_with_the_letters_comes_first_then_words_that_do() -> None:
    assert titles("DEPL") == ["Deploy", "New Deploy", "Undeployed"]


def test_nothing_asked_for_is_all_of_them_as_they_are() -> None:
    assert titles("") == [place.title for place in _PLACES]


def test_what_has_not_the_letters_is_not_found() -> None:
    assert titles("xyz") == []
