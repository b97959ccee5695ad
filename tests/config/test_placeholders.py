"""Placeholders: every address and secret has one, what is filled in stays a text, and nothing else changes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.pem import pem_pair
from zato.config import export_document
from zato.config.kinds import KINDS
from zato.config.placeholders import filled, left_open, refuse_open
from zato.config.publisher import Author, ImportMode, Publisher
from zato.config.secrets import SecretBox, password_matches
from zato.core.errors import InvalidInput
from zato.odb.database import Database
from zato.odb.log import ConfigurationLog

BY = Author("ann", "c" * 32)
PLACE = re.compile(r"(?<!\$)\$\{([^}]+)\}")
TEXTS = st.text(alphabet=st.sampled_from(list("${}AZ_a\n: ")), max_size=20)


@given(st.lists(TEXTS | st.lists(TEXTS, max_size=3) | st.integers() | st.none(), max_size=6))
def test_what_is_no_address_and_no_secret_comes_back_as_it_was(values: list[Any]) -> None:
    fields = {f"field_{number}": value for number, value in enumerate(values)}
    items = [("channel-rest", "one", fields)]
    assert filled([*left_open(items)], {}).items == items


@given(TEXTS, TEXTS)
def test_a_value_is_one_text_whatever_it_has_in_it(address: str, secret: str) -> None:
    opened = left_open([("outgoing-rest", "CRM", {"address": "https://was", "secret": "was", "pool_size": 3})])
    text = export_document.dump(opened)
    values = {"OUTGOING_REST_CRM_ADDRESS": address, "OUTGOING_REST_CRM_SECRET": secret}
    ((kind, name, body),) = filled(export_document.load(text), values).items
    assert (kind, name, body) == ("outgoing-rest", "CRM", {"address": address, "secret": secret, "pool_size": 3})


def test_each_place_has_a_legible_name_of_its_own() -> None:
    items = [("outgoing-rest", name, {"address": "https://x"}) for name in ("CRM", "crm", "c.r.m", "c-r m", "a")]
    bodies = [fields["address"] for _, _, fields in left_open(items)]
    assert len(set(bodies)) == len(bodies)
    assert bodies[-1] == "${OUTGOING_REST_A_ADDRESS}"
    assert all(re.fullmatch(r"\$\{OUTGOING_REST_[A-Z0-9_]+\}", each) for each in bodies)
    assert [fields["address"] for _, _, fields in left_open(reversed(items))] == bodies[::-1]


def test_each_secret_of_each_kind_is_left_open() -> None:
    for kind, definition in KINDS.items():
        fields = dict.fromkeys((*definition.secret_fields, *definition.local_fields), "set")
        ((_, _, opened),) = left_open([(kind, "it", fields)])
        assert all(PLACE.fullmatch(value) for value in opened.values()), kind
    unset = {"password": None, "address": "https://x"}
    assert left_open([("outgoing-rest", "it", unset)])[0][2]["password"] is None


def test_all_that_is_missing_is_named_at_once_and_what_is_not_needed_is_told() -> None:
    items = [("outgoing-rest", "CRM", {"address": "${A}", "secret": "${B}", "ping_path": "/${A}/${C}"})]
    with pytest.raises(InvalidInput, match="values are missing for B, C") as caught:
        filled(items, {"A": "https://a", "Z": ""})
    assert caught.value.code == "placeholder-without-value"
    assert [detail.partition(":")[0] for detail in caught.value.details] == ["B", "C"]
    assert "https://a" not in repr(caught.value.details) + caught.value.message
    done = filled(items, {"A": "https://a", "B": "${A}", "C": "c", "Z": "", "Y": ""})
    assert done.items[0][2] == {"address": "https://a", "secret": "${A}", "ping_path": "/https://a/c"}
    assert done.unused == ("Y", "Z")


@pytest.mark.parametrize("text", ["${", "${}", "${a b}", "${A", "x ${A\n}", "${1}", "${A${B}}"])
def test_what_is_no_placeholder_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        filled([("channel-rest", "one", {"service": text})], {"A": "a", "B": "b"})
    assert caught.value.code == "invalid-placeholder"


def test_a_placeholder_is_no_secret_where_no_values_are_given() -> None:
    items = [("outgoing-rest", "CRM", {"address": "https://x/${id}", "secret": "${NAME}"})]
    with pytest.raises(InvalidInput, match="--values") as caught:
        refuse_open(items)
    assert caught.value.details == ("outgoing-rest 'CRM', secret: ${NAME} is a placeholder without a value",)
    refuse_open([("outgoing-rest", "CRM", {"address": "https://x/${id}", "secret": "$${NAME}"}), ("no", "no", 3)])


@pytest.fixture
def other(prepared_odb: bytes, tmp_path: Any, clock: Any) -> Publisher:
    """The publisher of another cluster, with another key."""
    path = tmp_path / "other.sqlite"
    path.write_bytes(prepared_odb)
    return Publisher(ConfigurationLog(Database(f"sqlite:///{path}")), SecretBox(b"o" * 32), clock)


def test_an_export_with_placeholders_makes_another_cluster_the_same_but_for_its_values(
    publisher: Publisher, other: Publisher
) -> None:
    certificate, key = pem_pair("client")
    publisher.create("security-basic", "jane", {"username": "jane", "password": "here it is this"}, by=BY)
    publisher.create("security-api-key", "shop", {"roles": ["admin"]}, by=BY)
    publisher.create(
        "outgoing-rest",
        "CRM",
        {
            "address": "https://crm.test/${id}",
            "security": "certificate",
            "client_certificate": certificate,
            "client_key": key,
            "secret": "s",
        },
        by=BY,
    )
    publisher.create("outgoing-sql", "Stock", {"url": "sqlite:///stock.db"}, by=BY)
    publisher.create("channel-rest", "c", {"service": "s", "path": "/c"}, by=BY)
    text = publisher.export(left_open=True)
    assert "sealed:" not in text
    assert "crm.test" not in text
    names = PLACE.findall(text)
    assert len(names) == len(set(names)) == 7
    other_certificate, other_key = pem_pair("client")
    values = {
        "SECURITY_BASIC_JANE_PASSWORD": "there: [it] is #that",
        "SECURITY_API_KEY_SHOP_KEY": "a-key-of-sixteen:'{x}",
        "OUTGOING_REST_CRM_ADDRESS": "https://crm.live/${id}",
        "OUTGOING_REST_CRM_SECRET": "x:{y:[z]}#${SECURITY_BASIC_JANE_PASSWORD}",
        "OUTGOING_REST_CRM_CLIENT_CERTIFICATE": other_certificate,
        "OUTGOING_REST_CRM_CLIENT_KEY": other_key,
        "OUTGOING_SQL_STOCK_URL": "sqlite:///live.db",
    }
    for attempt in (lambda: other.import_(text, ImportMode.MERGE, by=BY), *_without_each(other, text, values)):
        with pytest.raises(InvalidInput):
            attempt()
        assert other.export() == "{}\n"
    summary = other.import_(text, ImportMode.REPLACE, by=BY, values={**values, "NOT_NEEDED": ""})
    assert len(summary.created) == 5
    assert summary.unused_values == ("NOT_NEEDED",)
    assert other.export(left_open=True) == text
    assert password_matches("there: [it] is #that", other.get("security-basic", "jane").value.password)  # type: ignore[attr-defined]
    crm = other.get("outgoing-rest", "CRM").value
    assert crm.address == "https://crm.live/${id}"  # type: ignore[attr-defined]
    # What was exported without the option goes back as before, with no value for anything
    again = other.import_(other.export(), ImportMode.REPLACE, by=BY)
    assert (again.created, again.updated, again.deleted, again.unchanged) == ((), (), (), 5)


def _without_each(other: Publisher, text: str, values: dict[str, str]) -> list[Callable[[], object]]:
    return [
        lambda left=left: other.import_(  # type: ignore[misc]
            text, ImportMode.MERGE, by=BY, values={name: value for name, value in values.items() if name != left}
        )
        for left in values
    ]


def test_a_text_of_dollars_costs_no_time() -> None:
    items = [("packages", "packages", {"requirements": "#" + "$" * 100_000})]
    started = time.thread_time()
    assert filled([*left_open(items)], {}).items == items
    assert time.thread_time() - started < 1
