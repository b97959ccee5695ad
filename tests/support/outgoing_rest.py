"""Outgoing REST connections for tests."""

from __future__ import annotations

from typing import Any

from support.certificates import CertificateAuthority
from zato.config.kinds import OutgoingRest
from zato.connector.rest.outgoing import RestConnection

_NOT_OF_THE_ITEM = ("password", "secret", "client_key", "response_bytes_max")


class Connects:
    """Makes connections named CRM that trust an authority, unless `ca_certificate` says otherwise."""

    def __init__(self, authority: CertificateAuthority) -> None:
        self._ca = authority.certificate.read_text()

    def __call__(self, address: str, **fields: Any) -> RestConnection:
        beside = {name: fields.pop(name) for name in _NOT_OF_THE_ITEM if name in fields}
        value = OutgoingRest(address=address, **{"ca_certificate": self._ca, **fields})
        return RestConnection("CRM", value, **beside)
