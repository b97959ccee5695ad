"""Between typed values and JSON."""

from __future__ import annotations

import msgspec
import pytest

from zato.config.codec import decode, decode_stored, encode, mask, public_data
from zato.config.kinds import ChannelRest, OutgoingSql, Server, ServiceSettings
from zato.core.errors import InvalidInput, NotFound, ZatoError


def test_json_is_read_strictly() -> None:
    assert decode("service", "x", b'{"active": false}') == ServiceSettings(active=False)
    for text in (b'{"active": true, "active": false}', b'{"time_limit_seconds": NaN}', b"[]", b"\xff", b"{"):
        with pytest.raises(InvalidInput):
            decode("service", "x", text)
    with pytest.raises(NotFound):
        decode("sevice", "x", b"{}")


def test_what_is_stored_has_every_field_so_that_new_defaults_do_not_change_old_items() -> None:
    stored = msgspec.json.decode(encode("service", ServiceSettings()))
    assert stored == {"active": True, "time_limit_seconds": None}


def test_what_is_not_set_is_no_field_that_an_older_version_would_have_to_know() -> None:
    assert "stuck_seconds" not in encode("server", Server())
    assert "max_body_bytes" not in encode("channel-rest", ChannelRest(service="a", path="/a"))


def test_what_a_newer_version_stored_is_not_misread() -> None:
    with pytest.raises(ZatoError, match="newer version of Zato") as caught:
        decode_stored("service", "x", '{"active": true, "colour": "red"}')
    assert caught.value.code == "stored-item-unreadable"


def test_secrets_are_masked_and_absent_ones_are_not() -> None:
    value = OutgoingSql(url="sqlite:///x", username="u", password="sealed:x")
    shown = public_data("outgoing-sql", encode("outgoing-sql", value))
    assert (shown["password"], shown["username"], shown["ca_certificate"]) == ("******", "u", None)


def test_what_is_encrypted_is_masked_even_where_this_version_knows_of_no_secret() -> None:
    assert mask("service", {"token": "sealed:abc", "active": True}) == {"token": "******", "active": True}
    assert mask("channel-soap", {"wsdl": "x", "old": None}) == {"wsdl": "******", "old": None}
