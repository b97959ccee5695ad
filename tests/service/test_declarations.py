"""What may be declared, and what is refused when a service is loaded."""

from __future__ import annotations

from typing import Any

import pytest

from support.service_runs import call
from zato.core.errors import InvalidInput
from zato.server.service import Int, Service
from zato.service.io import io_of


class Plain:
    pass


@pytest.mark.parametrize(
    ("declared", "finding"),
    [
        (("name", "name"), "input has the field 'name' more than once"),
        ((Int,), r"Int needs the name of the field: Int\('name'\)"),
        (Int, r"Int needs the name of the field"),
        ((5,), "5 is neither a name nor an element"),
        (("",), "'' is not a name for a field"),
        (("-",), "'-' is not a name for a field"),
        (("__class__",), "'__class__' is not a name for a field"),
        (Plain, "cannot be read from and written to JSON"),
        (list[Plain], "cannot be read from and written to JSON"),
        (lambda: 1, "cannot be read from and written to JSON"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused_by_class_and_attribute(declared: Any, finding: str) -> None:
    class Bad(Service):
        input = declared

    with pytest.raises(InvalidInput, match=finding) as caught:
        io_of(Bad)
    assert caught.value.code == "invalid-declaration"
    assert "Bad, input " in caught.value.message


def test_two_ways_at_once_are_refused() -> None:
    class Bad(Service):
        input = "name"

        class SimpleIO:
            output_required = ("name",)

    with pytest.raises(InvalidInput, match="SimpleIO is declared beside input or output"):
        io_of(Bad)


def test_an_option_of_simple_io_that_has_no_effect_here_is_refused_by_name() -> None:
    class Bad(Service):
        class SimpleIO:
            input_required = ("name",)
            response_elem = "result"

    with pytest.raises(InvalidInput, match=r"SimpleIO\.response_elem is not supported"):
        io_of(Bad)


def test_nothing_declared_is_no_model() -> None:
    class Nothing(Service):
        class SimpleIO:
            input_required = ()

    assert io_of(Service) == io_of(Nothing) == (None, None)


def test_the_older_pair_of_required_and_optional_names() -> None:
    shared = Int("count")

    class Older(Service):
        class SimpleIO:
            input_required = "name"
            input_optional = (shared, "note")
            output_required = ("name",)
            output_optional = ("count", "note")
            skip_empty_keys = True

        def handle(self) -> None:
            self.response.payload = self.request.input

    assert call(Older, {"name": "Ann"}).json == {"name": "Ann"}
    assert call(Older, {"name": "Ann", "count": "5"}).json == {"name": "Ann", "count": 5}
    assert shared.required, "an element that is declared in several places stays what it is"


def test_a_name_may_be_derived_or_inherited_by_nobody() -> None:
    class GetHTTPStatus(Service):
        pass

    class Named(Service):
        name = "crm.get-customer"

    class Derived(Named):
        pass

    GetHTTPStatus.__module__ = Derived.__module__ = "stock_levels"
    assert GetHTTPStatus.get_name() == "stock-levels.get-http-status"
    assert Named.get_name() == "crm.get-customer"
    assert Derived.get_name() == "stock-levels.derived"
