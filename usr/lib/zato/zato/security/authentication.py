"""From the credentials of a request to the principals they establish. Whatever is not certain lets nobody in.

Client certificates were verified at the edge, whose word is in headers that nobody else can set. Passwords and API keys
are verified here. On the internal door, which only Zato's own group can open, a component says who it is.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Collection, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from secrets import token_bytes
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes

from zato.config.configuration import Configuration
from zato.config.kinds import Definition
from zato.config.kinds.balancer import BALANCER
from zato.config.kinds.security_api_key import SECURITY_API_KEY
from zato.config.kinds.security_basic import SECURITY_BASIC
from zato.config.kinds.security_tls import SECURITY_TLS
from zato.config.secrets import SecretBox
from zato.core.clock import Clock, SystemClock
from zato.core.errors import Forbidden, Unauthorized, ZatoError
from zato.core.own_principals import Component
from zato.core.principal import Authentication, Principal, Role
from zato.security.basic import Credentials, credentials_from, credentials_of
from zato.security.hashing import Asking
from zato.security.request_source import is_within, source_of

PEER = "HTTP_X_ZATO_PEER"
"""The client's address, as the edge has seen it."""
WAIT = "zato.wait"
"""Entered while a request waits: a context manager. Not in every environ."""
TLS_CLIENT = "HTTP_X_ZATO_TLS_CLIENT"
TLS_SUBJECT = "HTTP_X_ZATO_TLS_SUBJECT"
INTERNAL_PRINCIPAL = "HTTP_X_ZATO_PRINCIPAL"
INTERNAL_DOOR = "zato.internal"

# Known on the internal door only. They need no more than to deploy and to invoke services
_ROLES = {
    Component.HOTDEPLOY: Role.DEPLOYER,
    Component.SINGLETON: Role.VIEWER,
    Component.LISTENER: Role.DEPLOYER,
    Component.HOST: Role.VIEWER,
}
_COMPONENTS = {
    each.value: Principal(each.value, Authentication.INTERNAL, frozenset({role})) for each, role in _ROLES.items()
}

# The edge cuts subjects at 255 bytes, and what was cut may have been anything.
_SUBJECT_BYTES_MAX = 254


class MatchesPasswords(Protocol):
    """What passwords.Passwords offers."""

    def remembers(self, credentials: Credentials, hashed: str | None) -> bool: ...

    def match(self, credentials: Credentials, hashed: str | None, asking: Asking) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Definition:
    principal: Principal
    expires: datetime | None
    hashed: str | None = None

    def valid(self, now: datetime) -> bool:
        return self.expires is None or now < self.expires


class SecurityIndex:
    """The security definitions of one configuration, for look-up by credential. Immutable.

    API keys are found by an HMAC under a key that this object made up, so neither the time that a look-up takes nor
    a dump of the index tells anything about them. `problems` has a sentence for each definition that cannot be used.
    """

    __slots__ = (
        "_balancer",
        "_clock",
        "_exempt",
        "_headers",
        "_hmac_key",
        "_keys",
        "_names",
        "_passwords",
        "_subjects",
        "_thumbs",
        "_users",
        "problems",
    )

    def __init__(
        self,
        configuration: Configuration,
        secrets: SecretBox,
        passwords: MatchesPasswords,
        clock: Clock | None = None,
    ) -> None:
        self._passwords = passwords
        self._clock = clock or SystemClock()
        self._balancer = configuration.only(BALANCER)
        self._exempt = tuple(ipaddress.ip_network(each, strict=False) for each in self._balancer.exempt_networks)
        self._hmac_key = token_bytes(32)
        self._names: dict[str, _Definition] = {}
        self._users: dict[str, _Definition] = {}
        self._thumbs: dict[str, _Definition] = {}
        self._subjects: dict[str, _Definition] = {}
        self._keys: dict[bytes, tuple[_Definition, ...]] = {}
        problems: list[str] = []
        self._add_users_and_certificates(configuration)
        headers = self._add_api_keys(configuration, secrets, problems)
        self._headers = tuple(sorted(headers))
        self.problems = tuple(problems)

    def _add_users_and_certificates(self, configuration: Configuration) -> None:
        for name, basic in configuration.values(SECURITY_BASIC).items():
            if basic.active:
                definition = self._define(name, Authentication.BASIC, basic)
                self._users[basic.username] = replace(definition, hashed=basic.password)
        for name, tls in configuration.values(SECURITY_TLS).items():
            if tls.active:
                definition = self._define(name, Authentication.TLS_CLIENT, tls)
                if tls.fingerprint is not None:
                    self._thumbs[tls.fingerprint] = definition
                elif tls.subject is not None:
                    self._subjects[tls.subject] = definition

    def _add_api_keys(self, configuration: Configuration, secrets: SecretBox, problems: list[str]) -> set[str]:
        headers: set[str] = set()
        for name, value in configuration.values(SECURITY_API_KEY).items():
            if not value.active:
                continue
            try:
                key = secrets.decrypt(value.key, kind=SECURITY_API_KEY.name, name=name, field="key")
            except ZatoError as error:
                problems.append(f"Nobody can use the API key {name!r}: {error.message}")
                continue
            header = "HTTP_" + value.header.upper().replace("-", "_")
            digest = self._digest(header, key)
            self._keys[digest] = (*self._keys.get(digest, ()), self._define(name, Authentication.API_KEY, value))
            headers.add(header)
        return headers

    def _define(self, name: str, how: Authentication, value: Definition) -> _Definition:
        definition = _Definition(Principal(name, how, frozenset(value.roles)), value.expires)
        self._names[name] = definition
        return definition

    def check(self, names: Collection[str], environ: Mapping[str, Any]) -> Principal:
        """The principal that a channel with these security definitions lets in.

        Raises Unauthorized where the request establishes nobody, for whatever reason; Forbidden where it
        establishes somebody whom this channel does not list.
        """
        principals = self.authenticate(environ)
        for principal in principals:
            if principal.name in names:
                return principal
        if not principals:
            raise Unauthorized
        raise Forbidden(f"{principals[0].name} may not use this channel; its security definitions do not list it.")

    def authenticate(self, environ: Mapping[str, Any]) -> tuple[Principal, ...]:
        """All principals that the credentials of a WSGI request establish now; an invalid key or certificate adds none.

        A wrong password raises Unauthorized, whatever else there is. Raises TooManyRequests where a password is not
        looked at, as too many are, or as too many wrong ones came from there; InvalidInput where there are several.
        """
        now = self._clock.now()
        found = self._component(environ) if environ.get(INTERNAL_DOOR) is True else self._outside(environ)
        return tuple(definition.principal for definition in found if definition.valid(now))

    def _component(self, environ: Mapping[str, Any]) -> list[_Definition]:
        name = environ.get(INTERNAL_PRINCIPAL, "")
        if name in _COMPONENTS:
            return [_Definition(_COMPONENTS[name], None)]
        known = self._names.get(name)
        if known is None:
            return []
        return [_Definition(replace(known.principal, authentication=Authentication.INTERNAL), known.expires)]

    def _outside(self, environ: Mapping[str, Any]) -> list[_Definition]:
        found: list[_Definition | None] = []
        thumb = environ.get(TLS_CLIENT)
        if thumb:
            found.append(self._thumbs.get(thumb))
            subject = _decoded(environ.get(TLS_SUBJECT, ""))
            if subject and len(subject.encode()) <= _SUBJECT_BYTES_MAX:
                found.append(self._subjects.get(subject))
        for header in self._headers:
            key = environ.get(header)
            if key:
                found.extend(self._keys.get(self._digest(header, key), ()))
        found.append(self._user(environ))
        return [definition for definition in found if definition is not None]

    def _user(self, environ: Mapping[str, Any]) -> _Definition | None:
        credentials = credentials_of(environ)
        return None if credentials is None else self._checked(credentials, environ)

    def prove(self, username: str, password: str, environ: Mapping[str, Any]) -> None:
        """Confirms the password of somebody who is authenticated already. Raises what `authenticate` raises."""
        if self._checked(credentials_from(username, password.encode("utf-8", "replace")), environ) is None:
            raise Unauthorized

    def _checked(self, credentials: Credentials, environ: Mapping[str, Any]) -> _Definition | None:
        found = self._users.get(credentials.user)
        if found is not None and not found.valid(self._clock.now()):
            found = None
        hashed = None if found is None else found.hashed
        if not self._passwords.remembers(credentials, hashed):
            asking = Asking(*self.guesses(environ), environ.get(WAIT, nullcontext))
            if not self._passwords.match(credentials, hashed, asking):
                raise Unauthorized
        return found

    def guesses(self, environ: Mapping[str, Any]) -> tuple[str, int | None]:
        """The source of a request, and how many wrong passwords may come from there; None: it is exempt."""
        address = environ.get(PEER, "")
        return source_of(address), None if is_within(address, self._exempt) else self._balancer.wrong_passwords_max

    def _digest(self, header: str, key: str) -> bytes:
        # WSGI hands headers over as Latin-1; keys are visible ASCII, so anything else matches none.
        return hmac.digest(self._hmac_key, f"{header}\0{key}".encode("utf-8", "backslashreplace"), sha256)


def _decoded(text: str) -> str:
    """Percent-encoded UTF-8 as text; empty where it is not that."""
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeError:
        return ""
