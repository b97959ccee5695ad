"""What a kind of configuration item is; all else (storing, diffing, exporting, documenting) is generic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar, cast

import msgspec

from zato.core.principal import Right

ValueT = TypeVar("ValueT", bound=msgspec.Struct)


class Group(StrEnum):
    """The role of a kind, by which people look for it."""

    CHANNELS = "channels"
    OUTGOING = "outgoing"
    SECURITY = "security"
    SERVICES = "services"
    CLUSTER = "cluster"


@dataclass(frozen=True, slots=True)
class Reference:
    """The field names one item (or, with `many`, several) of the kind `to`, or of any kind of the group `to`.

    None or empty names nothing.
    """

    field: str
    to: Group | str
    many: bool = False

    def names(self, value: msgspec.Struct) -> tuple[str, ...]:
        """The names that a value refers to through this field."""
        found = getattr(value, self.field)
        if found is None:
            return ()
        return tuple(found) if self.many else (found,)


@dataclass(frozen=True, slots=True)
class UniqueKey:
    """Something that only one item of the cluster may have, whatever its kind, for instance a route.

    Two keys collide when their parts are equal; `text` completes the sentence "TEXT is already taken by ...".
    """

    parts: tuple[str, ...]
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Binding:
    """A field that a secret is bound to: it decides to whom or how the secret goes, or what the secret is good for.

    `reason` goes on after the field's name: "FIELD changes, which REASON".
    """

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Managed:
    """Items are changed by operations of their own only: `how` is what whoever tries otherwise is told."""

    how: str
    code: str


@dataclass(frozen=True, slots=True)
class ShownWhen:
    """A field matters only while another one has one of these values."""

    field: str
    values: tuple[str, ...]


class HasValue(Protocol):
    """An item, as config.item has it."""

    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def value(self) -> msgspec.Struct: ...


def _nothing_wrong(name: str, value: Any) -> list[str]:
    return []


def _no_unique_keys(name: str, value: Any) -> tuple[UniqueKey, ...]:
    return ()


def _as_it_is(name: str) -> str:
    return name


@dataclass(frozen=True, eq=False)
class Kind(Generic[ValueT]):
    """A kind of item: all that there is to know of it, for whatever deals with items of any kind.

    Changing its items takes the `right`; unless it says another one, they are an administrator's. Items of a kind that
    is `managed` are created, changed and deleted by operations of their own.
    `full_name` is the name that an item gets where somebody creates it by a shorter one. Where there is an `only_name`,
    there is one item at most, and that is its name.
    `struct` is frozen, keyword-only and refuses unknown fields; the description of each field is in its msgspec.Meta.
    `secret_fields` are never shown; those also in `hashed_fields` are kept as a bcrypt hash, the others encrypted.
    `bindings` has, for each secret, the fields that it is bound to: whoever changes one of them has
    to know the secret. `harmless_fields` are the others, none of which says where, how or for whom a secret is used.
    `generated_fields` are secrets that are made up on creation where they are absent; no two items of the cluster may
    have the same secret in one of the `distinct_fields`.
    `local_fields` are no secrets, and are others in another environment: addresses, and what goes with a secret.
    `multiline_fields` may have line feeds (PEM); no other string may have a control character.
    The release before does not know `added_fields`: they are stored only where they are not what they are by default,
    so that it can read items that this one has written, while both run and after going back.
    `validate` returns one "field: sentence" for each thing that is wrong, and sees secrets opened (of a hashed field
    whose value is kept, the hash). `unique_keys` returns what no other item may have.
    Items of a kind that is not `exported` stay out of exports and are left alone by imports.
    `pingable` items are tried before they are used. `service_fields` have names of services, and a field that is in
    `shown_when` is of no use otherwise: forms go by both.
    Items of a kind that `lets_in` decide who gets in: their structs are kinds.security.Definition, `short_name` is what
    users' commands call the kind, and `scheme` is how OpenAPI describes an item. What they were earlier comes back only
    to those who ask for it.
    Raises ValueError where a secret is bound to nothing, where it is not said of a field whether it binds a secret, and
    where something is missing of a kind that lets somebody in.
    """

    name: str
    struct: type[ValueT]
    title: str
    plural: str
    group: Group
    summary: str
    example_name: str
    example: dict[str, Any]
    right: Right = Right.ADMINISTER
    managed: Managed | None = None
    full_name: Callable[[str], str] = field(default=_as_it_is)
    only_name: str | None = None
    references: tuple[Reference, ...] = ()
    secret_fields: tuple[str, ...] = ()
    hashed_fields: tuple[str, ...] = ()
    bindings: Mapping[str, tuple[Binding, ...]] = field(default_factory=dict)
    harmless_fields: tuple[str, ...] = ()
    generated_fields: tuple[str, ...] = ()
    distinct_fields: tuple[str, ...] = ()
    multiline_fields: tuple[str, ...] = ()
    local_fields: tuple[str, ...] = ()
    added_fields: tuple[str, ...] = ()
    validate: Callable[[str, ValueT], list[str]] = field(default=_nothing_wrong)
    unique_keys: Callable[[str, ValueT], tuple[UniqueKey, ...]] = field(default=_no_unique_keys)
    exported: bool = True
    lets_in: bool = False
    short_name: str = ""
    scheme: Callable[[ValueT], dict[str, Any]] | None = None
    pingable: bool = False
    service_fields: tuple[str, ...] = ()
    shown_when: Mapping[str, ShownWhen] = field(default_factory=dict)

    def __post_init__(self) -> None:
        unbound = [secret for secret in self.secret_fields if not self.bindings.get(secret)]
        if unbound:
            raise ValueError(f"The kind {self.name} does not say which fields {', '.join(unbound)} are bound to.")
        fields = set(self.struct.__struct_fields__)
        for secret in self.secret_fields:
            told = (*(one.field for one in self.bindings[secret]), *self.harmless_fields, *self.secret_fields)
            if set(told) != fields or len(told) != len(fields):
                untold = ", ".join(sorted(fields - set(told))) or "each field once"
                raise ValueError(f"The kind {self.name} does not say of {untold} whether {secret} is bound to it.")
        if self.lets_in and not (self.short_name and self.scheme):
            raise ValueError(f"The kind {self.name} lets somebody in: it needs a short_name and a scheme.")

    def value_of(self, item: HasValue) -> ValueT:
        """The value of an item of this kind. Raises TypeError for one of another kind."""
        if item.kind != self.name:
            raise TypeError(f"The {item.kind} {item.name!r} is no {self.name}.")
        return cast("ValueT", item.value)

    def errors(self, name: str, value: ValueT) -> list[str]:
        """What is wrong with an item by the rules of its kind."""
        if self.only_name is None or name == self.only_name:
            return self.validate(name, value)
        only = f"name: there is one item of this kind, and its name is {self.only_name}"
        return [only, *self.validate(name, value)]
