"""What our own types declare is found out once."""

from __future__ import annotations

import msgspec

from zato.core.declared import fields_of, info_of
from zato.core.mismatches import mismatches


class Part(msgspec.Struct):
    size: int
    name: str = ""


def test_it_is_what_the_library_says_and_said_once() -> None:
    assert fields_of(Part) == msgspec.structs.fields(Part)
    assert fields_of(Part) is fields_of(Part)
    assert info_of(Part) == msgspec.inspect.type_info(Part)
    assert info_of(Part) is info_of(Part)


def test_what_does_not_fit_is_the_same_with_a_description_that_is_there() -> None:
    assert mismatches({"size": "x", "nam": 1}, Part, info_of(Part)) == mismatches({"size": "x", "nam": 1}, Part)
