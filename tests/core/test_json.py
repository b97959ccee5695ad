"""JSON as it arrives: what stands before it, and is none of it."""

from __future__ import annotations

import codecs

import pytest

from zato.core.errors import InvalidInput
from zato.core.json import decode


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_before_a_document_is_ignored(codec: str) -> None:
    assert decode('\ufeff{"a": 1}'.encode(codec), codec) == {"a": 1}


def test_a_byte_order_mark_is_none_within_a_document() -> None:
    assert decode(b'"' + codecs.BOM_UTF8 + b'"') == "\ufeff"
    for data in (codecs.BOM_UTF8 * 2 + b"1", b"1" + codecs.BOM_UTF8, codecs.BOM_UTF8):
        with pytest.raises(InvalidInput, match="not valid JSON"):
            decode(data)
