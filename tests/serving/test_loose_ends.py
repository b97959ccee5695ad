"""Configuration and code that lead to what is not there are named, with what to do."""

from __future__ import annotations

from typing import Any

from support.served import configured
from zato.config.kinds import ChannelHttp, ChannelRest, OutgoingRest
from zato.deployment.loader import CodeSet
from zato.deployment.loader.uses import Code
from zato.serving.loose_ends import between, loose_ends, of_item, without_item

SOURCE = b"""
from zato.server.service import Service

class Buy(Service):
    name = "shop.buy"

    def handle(self):
        self.out.rest["CRM"].conn.get(self.cid)
        self.invoke("shop.pay")
"""
USES_NOTHING = b"""
from zato.server.service import Service

class Buy(Service):
    name = "shop.buy"

    def handle(self):
        pass
"""


def code_of(source: bytes = SOURCE) -> Code:
    return CodeSet().with_deployment("shop.py", source, 1).used


def found(items: dict[str, dict[str, Any]], code: Code) -> list[tuple[str, str | None, str | None]]:
    return [(each.code, each.subject, each.field) for each in loose_ends(configured(items), code)]


def test_a_channel_whose_service_is_in_no_deployed_file() -> None:
    items: dict[str, dict[str, Any]] = {
        "channel-rest": {
            "there": ChannelRest(service="shop.buy", path="/a"),
            "later": ChannelRest(service="shop.later", path="/b"),
            "off": ChannelRest(service="shop.later", path="/c", active=False),
        },
        "channel-http": {"plain": ChannelHttp(service="shop.never", path="/d")},
    }
    assert set(found(items, code_of(USES_NOTHING))) == {
        ("no-such-service", "channel-rest later", "service"),
        ("no-such-service", "channel-http plain", "service"),
    }
    [finding] = of_item("channel-rest", "later", items["channel-rest"]["later"], code_of())
    assert "The channel-rest 'later' leads to the service shop.later, which is in no deployed file" in finding.message


def test_code_that_uses_what_is_not_there_says_where() -> None:
    assert found({}, code_of()) == [
        ("no-such-connection", "outgoing-rest CRM", None),
        ("no-such-service", "service shop.pay", None),
    ]
    connection, service = loose_ends(configured({}), code_of())
    assert (connection.file, connection.line, service.line) == ("shop.py", 8, 9)
    assert connection.message == (
        "shop.py, line 8, uses the outgoing-rest 'CRM', which is not configured. "
        "Create it: zato config set outgoing-rest CRM ..."
    )
    assert service.message.endswith(
        "invokes the service shop.pay, which is in no deployed file. Deploy the file that has it."
    )
    crm = {"outgoing-rest": {"CRM": OutgoingRest(address="https://crm.example.com")}}
    assert found(crm, code_of(SOURCE.replace(b"shop.pay", b"shop.buy"))) == []


def test_what_is_left_without_an_item_that_is_deleted() -> None:
    assert [each.subject for each in without_item("outgoing-rest", "CRM", code_of())] == ["outgoing-rest CRM"]
    assert without_item("outgoing-rest", "ERP", code_of()) == without_item("outgoing-sql", "CRM", code_of()) == []


def test_an_item_of_another_kind_leads_nowhere() -> None:
    assert list(of_item("outgoing-rest", "CRM", OutgoingRest(address="https://a"), code_of())) == []


def test_a_change_is_told_what_it_has_brought_itself() -> None:
    before = loose_ends(configured({}), code_of())
    assert between(before[:1], before) == before[1:]
    assert between(before, before[:1]) == []
