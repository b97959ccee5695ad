"""What a server looks at before it asks the signer, which is a process of root's for each question.

The signer believes none of this and looks at everything again. It is here so that who has neither a token nor a
certificate of the cluster, which is everybody who reaches the port, has nothing done by root.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from zato.cluster.signing.client import Signs
from zato.cluster.signing.parts import Part
from zato.cluster.signing.register import PublishedTokens, Registered, RegisteredToken
from zato.cluster.signing.requests import public_keys
from zato.cluster.signing.signed import check_recent, signed_statement
from zato.cluster.signing.signer import NOT_BELIEVED, NUMBER_MAX, REFUSED, Signed
from zato.cluster.signing.statement import Purpose
from zato.cluster.token import SECRET_BYTES, digest
from zato.core.clock import Clock
from zato.core.errors import Unauthorized, Unavailable
from zato.pki.certificate_names import check_host
from zato.pki.certificates import common_name_of, fingerprint, load_certificate

_ASKED_MAX = 30
_SECONDS = 60.0
_HOLDERS_MAX = 1000
_SERVERS = frozenset(Part.SERVER.name_of(number) for number in range(1, NUMBER_MAX + 1))


class ScreenedSigner:
    """A signer that is asked what may be answered, and by each holder of a token or certificate so many times a minute.

    Raises as the signer does, with the same words.
    """

    def __init__(self, signer: Signs, directory: Path, clock: Clock) -> None:
        """`directory` is the CA's; what everybody may read there will do."""
        self._signer = signer
        self._authority = directory / "ca.crt"
        self._tokens = PublishedTokens(directory)
        self._clock = clock
        self._asked = _Asked(clock)

    def is_here(self) -> bool:
        """Whether this machine has the signer."""
        return self._signer.is_here()

    def enrol(
        self, secret: bytes, hosts: Collection[str], requests: Mapping[str, str], alive: Collection[int] = ()
    ) -> Signed:
        """As the signer. A token that is not out, and hosts and requests that are none, do not come to it."""
        if self._signer.is_here():
            token = digest(secret)
            if len(secret) != SECRET_BYTES or not self._tokens.has(token, self._clock.now()):
                raise Unauthorized(REFUSED)
            for host in hosts:
                check_host(host)
            public_keys(requests)
            self._asked.check(token)
        return self._signer.enrol(secret, hosts, requests, alive)

    def renew(self, certificate: str, statement: str, signature: bytes) -> Signed:
        """As the signer. What was not signed now, with the key of a server's certificate, does not come to it."""
        self._check(certificate, statement, signature, Purpose.RENEW)
        return self._signer.renew(certificate, statement, signature)

    def leave(self, certificate: str, statement: str, signature: bytes) -> int:
        """As the signer, and `renew`."""
        self._check(certificate, statement, signature, Purpose.LEAVE)
        return self._signer.leave(certificate, statement, signature)

    def revoke(self, number: int) -> bool:
        """As the signer; only administrators come this far."""
        return self._signer.revoke(number)

    def registered(self) -> Registered:
        """As the signer; only administrators come this far, so many times a minute."""
        if self._signer.is_here():
            self._asked.check("registered")
        return self._signer.registered()

    def cancel_token(self, token_id: str) -> RegisteredToken:
        """As the signer, and `known`."""
        if self._signer.is_here():
            self._asked.check("cancel")
        return self._signer.cancel_token(token_id)

    def _check(self, certificate: str, statement: str, signature: bytes, purpose: Purpose) -> None:
        if not self._signer.is_here():
            return
        found = signed_statement(certificate, statement, signature, purpose)
        now = self._clock.now()
        if found is None or not self._is_a_servers(found.certificate) or found.certificate.not_valid_after_utc <= now:
            raise Unauthorized(NOT_BELIEVED)
        check_recent(found.statement, common_name_of(found.certificate)[0], now)
        if purpose is Purpose.RENEW:
            public_keys(found.statement.requests)
        self._asked.check(fingerprint(found.certificate))

    def _is_a_servers(self, certificate: x509.Certificate) -> bool:
        try:
            certificate.verify_directly_issued_by(load_certificate(self._authority))
        except (ValueError, TypeError, InvalidSignature):
            return False
        name = common_name_of(certificate)
        return len(name) == 1 and name[0] in _SERVERS


class _Asked:
    """How often each holder has asked in this minute; several threads use it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._until = 0.0
        self._counts: dict[str, int] = {}

    def check(self, holder: str) -> None:
        with self._lock:
            now = self._clock.monotonic()
            if now >= self._until:
                self._counts.clear()
                self._until = now + _SECONDS
            count = self._counts.get(holder, 0) + 1
            if count > _ASKED_MAX or len(self._counts) >= _HOLDERS_MAX:
                raise Unavailable(
                    f"This was asked {_ASKED_MAX} times within a minute, which is as often as the signer answers.",
                    code="asked-too-often",
                    retry_after_seconds=max(1, round(self._until - now)),
                )
            self._counts[holder] = count
