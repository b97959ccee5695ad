"""From what a person sends to what is stored: types and rules checked, secrets sealed or hashed, kept ones kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from zato.config import validation
from zato.config.codec import MASK, SEALED, decode, refused
from zato.config.kinds import Kind, kind_named
from zato.config.secrets import SecretBox, hash_password, password_matches
from zato.core.errors import InvalidInput


class Sealer:
    """Knows how the secrets of each kind are kept."""

    def __init__(self, box: SecretBox) -> None:
        self._box = box

    def accept(self, kind: str, name: str, body: Mapping[str, Any], stored: msgspec.Struct | None) -> msgspec.Struct:
        """The value to store. A secret that is absent or masked stays what it is in `stored`; null removes it.

        Raises InvalidInput with one detail for each thing that is wrong.
        """
        definition = kind_named(kind)
        plain = dict(body)
        kept: dict[str, str] = {}
        findings: list[str] = []
        for field in definition.secret_fields:
            given = plain.get(field, MASK)
            if given == MASK:
                current = None if stored is None else getattr(stored, field)
                if current is not None:
                    kept[field] = current
                    plain[field] = self._opened(definition, name, field, current)
                elif field in plain:
                    del plain[field]
                    findings.append(f"{field}: it is masked and there is none to keep; give the secret itself")
            elif isinstance(given, str) and given.startswith(SEALED):
                try:
                    plain[field] = self._box.open(given, kind=kind, name=name, field=field)
                except InvalidInput as error:
                    del plain[field]
                    findings.append(f"{field}: {error.message}")
                else:
                    # What is sealed in a hashed field is its hash: only an export does that.
                    kept[field] = plain[field] if field in definition.hashed_fields else given
            elif isinstance(given, str) and field in definition.multiline_fields:
                plain[field] = given.replace("\r\n", "\n")
        value = self._checked(kind, name, plain, findings)
        protected = {
            field: kept.get(field) or self._protect(definition, name, field, text, stored)
            for field in definition.secret_fields
            if (text := getattr(value, field)) is not None
        }
        return msgspec.structs.replace(value, **protected)

    def findings(self, kind: str, name: str, stored: msgspec.Struct) -> list[str]:
        """What is wrong, by today's rules, with a value that was stored at some time."""
        definition = kind_named(kind)
        opened: dict[str, str] = {}
        for field in definition.secret_fields:
            if (secret := getattr(stored, field)) is not None:
                try:
                    opened[field] = self._opened(definition, name, field, secret)
                except InvalidInput as error:
                    return [f"{field}: {error.message}"]
        return validation.findings(kind, name, msgspec.structs.replace(stored, **opened))

    def sealed(self, kind: str, name: str, stored: msgspec.Struct) -> dict[str, Any]:
        """The fields of a stored value with every secret sealed, hashes too: how an export carries them."""
        definition = kind_named(kind)
        fields: dict[str, Any] = msgspec.to_builtins(stored)
        for field in definition.hashed_fields:
            if fields[field] is not None:
                fields[field] = self._box.seal(fields[field], kind=kind, name=name, field=field)
        return fields

    def _checked(self, kind: str, name: str, plain: dict[str, Any], findings: list[str]) -> msgspec.Struct:
        try:
            value = decode(kind, name, plain)
        except InvalidInput as error:
            said = {finding.partition(":")[0] for finding in findings}
            more = [detail for detail in error.details if detail.partition(":")[0] not in said]
            raise refused(kind, name, validation.name_findings(name) + findings + more) from error
        findings = findings + validation.findings(kind, name, value)
        if findings:
            raise refused(kind, name, findings)
        return value

    def _opened(self, definition: Kind[Any], name: str, field: str, secret: str) -> str:
        if field in definition.hashed_fields:
            return secret
        return self._box.open(secret, kind=definition.name, name=name, field=field)

    def _protect(self, definition: Kind[Any], name: str, field: str, text: str, stored: msgspec.Struct | None) -> str:
        if field not in definition.hashed_fields:
            return self._box.seal(text, kind=definition.name, name=name, field=field)
        current = None if stored is None else getattr(stored, field)
        if current is not None and password_matches(text, current):
            return str(current)  # the same password: hashing it anew would look like a change
        return hash_password(text)
