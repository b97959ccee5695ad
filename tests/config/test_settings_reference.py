"""The generated documentation of zato.toml and server.toml."""

from __future__ import annotations

from pathlib import Path

from zato.config import settings_reference

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"


def test_the_document_is_up_to_date() -> None:
    hint = "run: python -m zato.config.settings_reference > docs/settings.md"
    assert DOCUMENT.read_text(encoding="utf-8") == settings_reference.render(), hint


def test_every_key_has_a_meaning() -> None:
    rows = [line for line in settings_reference.render().splitlines() if line.startswith("| `")]
    assert len(rows) > 12
    assert [row for row in rows if row.endswith("|  |")] == []
