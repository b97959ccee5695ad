"""Text that would do something to a terminal, a shell or a database is text."""

from __future__ import annotations

import msgspec
import pytest

from support.filled_configuration import REST, field
from zato.config.publisher import Author, Publisher
from zato.core.errors import InvalidInput
from zato.odb.log import ConfigurationLog

HOSTILE = [
    "'; DROP TABLE zt_item; --",
    "{{ ''.__class__.__mro__ }}",
    "{% for x in y %}{{ x }}{% endfor %}",
    "${jndi:ldap://x}",
    "$(reboot) `reboot` | tee",
    '"><script>alert(1)</script>',
    "\\x00\\r\\n",
    "%0d%0aX-Evil: 1",
    "漢字 Ω é 🎉",
    "null",
    "yes",
    "2027-01-01",
    "&anchor *alias !!python/object:os.system",
    "- [a: {b",
    "# comment",
    "' \"",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_stored_as_the_text_it_is(
    publisher: Publisher, log: ConfigurationLog, by: Author, text: str
) -> None:
    publisher.create("channel-rest", "x", {**REST, "service": text}, by=by)
    assert msgspec.json.decode(log.item("channel-rest", "x").data)["service"] == text
    assert field(publisher.get("channel-rest", "x"), "service") == text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_refused_as_a_name(publisher: Publisher, by: Author, text: str) -> None:
    if text not in {"null", "yes", "2027-01-01"}:
        with pytest.raises(InvalidInput, match="name: "):
            publisher.create("channel-rest", text, REST, by=by)
