"""From what a person sends to what is stored: types and rules checked, secrets encrypted or hashed, kept ones kept."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

import msgspec

from zato.config import bindings, validation
from zato.config.codec import ENCRYPTED, MASK, decode, refused
from zato.config.hashed_passwords import HashedPasswords
from zato.config.kinds import Kind, kind_named
from zato.config.secrets import SecretBox
from zato.core.errors import InvalidInput

GIVE_ANEW = "secret-needed"
"""The code of the error where all that is wrong is that a kept secret would go to another address, or another way."""


class SecretEncrypter:
    """Knows how the secrets of each kind are kept."""

    def __init__(self, box: SecretBox, hashed: HashedPasswords) -> None:
        self._box = box
        self._hashed = hashed

    def accept(
        self,
        kind: str,
        name: str,
        body: Mapping[str, Any],
        stored: msgspec.Struct | None,
        *,
        takes_encrypted: bool = False,
    ) -> msgspec.Struct:
        """The value to store. A secret that is absent or masked stays what it is in `stored`; null removes it.

        With `takes_encrypted` a secret may be what an export made of it, beside the fields that it was exported with.
        Raises InvalidInput with one detail for each thing that is wrong.
        """
        definition = kind_named(kind)
        plain = dict(body)
        kept: dict[str, str] = {}
        errors: list[str] = []
        held: list[str] = []
        for field in definition.secret_fields:
            given = plain.get(field, MASK)
            current = None if stored is None else getattr(stored, field)
            if given == MASK:
                if current is not None:
                    kept[field] = current
                    plain[field] = self._opened(definition, name, field, current)
                    held.append(field)
                elif field in plain:
                    del plain[field]
                    errors.append(f"{field}: it is masked and there is none to keep; give the secret itself")
            elif isinstance(given, str) and given.startswith(ENCRYPTED):
                del plain[field]
                try:
                    if not takes_encrypted:
                        raise InvalidInput("a sealed secret is taken by an import only; give the secret itself")
                    text, is_current = self._decrypted(definition, name, field, body, current)
                except InvalidInput as error:
                    errors.append(f"{field}: {error.message}")
                    continue
                plain[field] = text
                if field in definition.hashed_fields:
                    kept[field] = text  # what is encrypted in a hashed field is its hash: only an export does that
                if is_current:
                    held.append(field)
            elif isinstance(given, str) and field in definition.multiline_fields:
                plain[field] = given.replace("\r\n", "\n")
        value = self._decoded(kind, name, plain, errors)
        errors += validation.errors(kind, name, value)
        bound = [text for field in held for text in bindings.changed(definition, field, stored, value)]
        if errors or bound:
            raise refused(kind, name, errors + bound, code=GIVE_ANEW if not errors else "invalid-item")
        protected = {
            field: kept.get(field) or self._protect(definition, name, field, text, stored)
            for field in definition.secret_fields
            if (text := getattr(value, field)) is not None
        }
        return msgspec.structs.replace(value, **protected)

    def moved(self, kind: str, name: str, before: msgspec.Struct | None, after: msgspec.Struct) -> InvalidInput | None:
        """The error for whoever may not know the secrets of `after`, where `before` has other fields that bind them."""
        definition = kind_named(kind)
        errors = [
            text
            for field in definition.secret_fields
            if getattr(after, field) is not None
            for text in bindings.changed(definition, field, before, after)
        ]
        return refused(kind, name, errors, code=GIVE_ANEW) if errors else None

    def errors(self, kind: str, name: str, stored: msgspec.Struct) -> list[str]:
        """What is wrong, by today's rules, with a value that was stored at some time."""
        definition = kind_named(kind)
        opened: dict[str, str] = {}
        for field in definition.secret_fields:
            if (secret := getattr(stored, field)) is not None:
                try:
                    opened[field] = self._opened(definition, name, field, secret)
                except InvalidInput as error:
                    return [f"{field}: {error.message}"]
        return validation.errors(kind, name, msgspec.structs.replace(stored, **opened))

    def encrypted(self, kind: str, name: str, stored: msgspec.Struct) -> dict[str, Any]:
        """A stored value's fields as an export has them: secrets, hashes too, encrypted with what they are bound to.

        A secret that does not open, as the key was lost, stays as it is.
        """
        definition = kind_named(kind)
        fields: dict[str, Any] = msgspec.to_builtins(stored)
        for field in definition.secret_fields:
            if (secret := fields[field]) is not None:
                with contextlib.suppress(InvalidInput):
                    text = self._opened(definition, name, field, secret)
                    bound = bindings.bound_text(definition, field, fields)
                    fields[field] = self._box.encrypt(text, kind=kind, name=name, field=field, bound=bound or "")
        return fields

    def _decrypted(
        self, definition: Kind[Any], name: str, field: str, body: Mapping[str, Any], current: str | None
    ) -> tuple[str, bool]:
        """The text, and whether all that vouches for it is that it is the current one.

        So it is where an earlier release encrypted it, without what it is bound to. Raises InvalidInput.
        """
        kind, given = definition.name, body[field]
        bound = bindings.bound_text(definition, field, body)
        if bound is not None:
            with contextlib.suppress(InvalidInput):
                return self._box.decrypt(given, kind=kind, name=name, field=field, bound=bound), False
        text = self._box.decrypt(given, kind=kind, name=name, field=field)
        if current is None or self._opened(definition, name, field, current) != text:
            raise InvalidInput(
                "it was exported by an earlier release, whose exports do not vouch for the address that a secret "
                "is for, and it is not the secret that the item has now; give the secret itself"
            )
        return text, True

    def _decoded(self, kind: str, name: str, plain: dict[str, Any], errors: list[str]) -> msgspec.Struct:
        try:
            return decode(kind, name, plain)
        except InvalidInput as error:
            said = {text.partition(":")[0] for text in errors}
            more = [detail for detail in error.details if detail.partition(":")[0] not in said]
            raise refused(kind, name, validation.name_errors(name) + errors + more) from error

    def _opened(self, definition: Kind[Any], name: str, field: str, secret: str) -> str:
        if field in definition.hashed_fields:
            return secret
        return self._box.decrypt(secret, kind=definition.name, name=name, field=field)

    def _protect(self, definition: Kind[Any], name: str, field: str, text: str, stored: msgspec.Struct | None) -> str:
        if field not in definition.hashed_fields:
            return self._box.encrypt(text, kind=definition.name, name=name, field=field)
        current = None if stored is None else getattr(stored, field)
        return self._hashed.hash_of(text, current, kind=definition.name, name=name, field=field)
