"""Links between the pages lead somewhere, and the README leads to each of them."""

from __future__ import annotations

import re
from pathlib import Path

from support.documents.reading import REPOSITORY, pages

_LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")
_SOURCE = re.compile(r"`([\w.-]+/[\w./-]+\.(?:py|j2|lua))`")
_PLACES = ("", "usr/lib/zato/zato", "tests")
"""Where documents for developers may leave out where a file is."""
_DOCUMENTS = sorted(
    {*pages(), "ARCHITECTURE.md", *(f"docs/adr/{path.name}" for path in REPOSITORY.glob("docs/adr/*.md"))}
)


def links(page: str) -> list[tuple[Path, str]]:
    """The files that it leads to, and the headings in them."""
    path = REPOSITORY / page
    found = _LINK.findall(path.read_text(encoding="utf-8"))
    return [((path.parent / file).resolve() if file else path, anchor) for file, anchor in found]


def anchors(path: Path) -> set[str]:
    """Those of its headings, as GitHub makes them."""
    headings = re.findall(r"(?m)^#+ (.+)$", path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_each_link_leads_to_a_file_and_a_heading() -> None:
    broken = [
        f"{page}: {path.name}#{anchor}"
        for page in _DOCUMENTS
        for path, anchor in links(page)
        if not path.exists() or (anchor and anchor not in anchors(path))
    ]
    assert broken == []


def test_each_source_that_developers_are_led_to_is_there() -> None:
    for_developers = ["HACKING.md", *(page for page in _DOCUMENTS if "adr/" in page or page == "ARCHITECTURE.md")]
    gone = [
        f"{page}: {name}"
        for page in for_developers
        for name in _SOURCE.findall((REPOSITORY / page).read_text(encoding="utf-8"))
        if not any((REPOSITORY / place / name).exists() for place in _PLACES)
    ]
    assert gone == []


def test_the_readme_leads_to_every_page() -> None:
    led_to = {path for path, _ in links("README.md")}
    assert [page for page in pages() if page != "README.md" and REPOSITORY / page not in led_to] == []
