"""The generated documentation."""

from __future__ import annotations

from pathlib import Path

import pytest

from zato.config import export_document, reference, validation
from zato.config.codec import decode
from zato.config.kinds import KINDS

DOCUMENT = Path(__file__).parents[2] / "docs" / "configuration.md"


def test_the_document_is_up_to_date() -> None:
    hint = "run: python -m zato.config.reference > docs/configuration.md"
    assert DOCUMENT.read_text() == reference.render(), hint


def test_every_field_of_every_kind_is_in_the_document() -> None:
    text = reference.render()
    for kind in KINDS.values():
        section = text.partition(f"\n## {kind.name}\n")[2].partition("\n## ")[0]
        assert [name for name in kind.struct.__struct_fields__ if f"| `{name}` |" not in section] == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_examples_in_the_document_are_valid(kind: str) -> None:
    section = reference.render().partition(f"\n## {kind}\n")[2]
    example = section.partition("```yaml\n")[2].partition("```")[0]
    ((found, name, body),) = export_document.load(example)
    assert found == kind
    missing = {field: "0123456789abcdef" for field in KINDS[kind].generated_fields if field not in body}
    assert validation.errors(kind, name, decode(kind, name, {**body, **missing})) == []
