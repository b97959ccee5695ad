"""Kinds and their fields in terms of which forms are made, for consoles and others who have no code for each. Pure."""

from __future__ import annotations

import functools
from typing import Any

import msgspec
from msgspec import inspect

from zato.config.kinds import KINDS, Kind, targets
from zato.config.reference import description
from zato.core.declared import fields_of

_UNITS = {"_seconds": "s", "_bytes": "B", "_days": "d"}
_REF = "#/$defs/{name}"


class FieldReference(msgspec.Struct, frozen=True, kw_only=True):
    """Names one item, or several, of one of these kinds."""

    kinds: tuple[str, ...]
    many: bool


class FieldShownWhen(msgspec.Struct, frozen=True, kw_only=True):
    """The field is of use only while another one has one of these values."""

    field: str
    values: tuple[str, ...]


class DescribedField(msgspec.Struct, frozen=True, kw_only=True):
    """A field; `choices` is empty where any value of the schema will do, `unit` null where it has none."""

    name: str
    description: str
    required: bool
    default: Any
    several: bool
    choices: tuple[Any, ...]
    secret: bool
    hashed: bool
    generated: bool
    multiline: bool
    local: bool
    """Another one in another environment: an address, or what goes with a secret."""
    bound: tuple[str, ...]
    """Secrets that have to be given anew where it changes."""
    service: bool
    """Has the name of a service."""
    reference: FieldReference | None
    shown_when: FieldShownWhen | None
    unit: str | None
    example: Any
    schema: dict[str, Any]
    """JSON Schema of the value."""


class DescribedKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind with its fields, in the order in which people want them."""

    name: str
    title: str
    plural: str
    group: str
    summary: str
    example_name: str
    exported: bool
    lets_in: bool
    pingable: bool
    rotates: bool
    """It has a key that can be made up anew."""
    fields: tuple[DescribedField, ...]


def described_kinds() -> tuple[DescribedKind, ...]:
    """All of them."""
    return tuple(map(_described, KINDS.values()))


@functools.cache
def _described(kind: Kind[Any]) -> DescribedKind:
    return DescribedKind(
        name=kind.name,
        title=kind.title,
        plural=kind.plural,
        group=kind.group.value,
        summary=kind.summary,
        example_name=kind.example_name,
        exported=kind.exported,
        lets_in=kind.lets_in,
        pingable=kind.pingable,
        rotates=bool(kind.generated_fields),
        fields=tuple(_field(kind, field) for field in fields_of(kind.struct)),
    )


def _field(kind: Kind[Any], field: msgspec.structs.FieldInfo) -> DescribedField:
    name, info = field.encode_name, inspect.type_info(field.type)
    reference = next((one for one in kind.references if one.field == field.name), None)
    shown_when = kind.shown_when.get(field.name)
    (schema,), components = msgspec.json.schema_components([field.type], ref_template=_REF)
    several, choices = _shape(info)
    return DescribedField(
        name=name,
        description=description(info),
        required=field.required and field.name not in kind.generated_fields,
        default=None if field.required else msgspec.to_builtins(field.default),
        several=several,
        choices=choices,
        secret=field.name in kind.secret_fields,
        hashed=field.name in kind.hashed_fields,
        generated=field.name in kind.generated_fields,
        multiline=field.name in kind.multiline_fields,
        local=field.name in kind.local_fields,
        bound=tuple(secret for secret, all_ in kind.bindings.items() if field.name in {one.field for one in all_}),
        service=field.name in kind.service_fields,
        reference=None if reference is None else FieldReference(kinds=targets(reference), many=reference.many),
        shown_when=None
        if shown_when is None
        else FieldShownWhen(field=shown_when.field, values=tuple(shown_when.values)),
        unit=next((unit for ending, unit in _UNITS.items() if name.endswith(ending)), None),
        example=kind.example.get(name),
        schema={**schema, "$defs": components} if components else schema,
    )


def _shape(info: inspect.Type) -> tuple[bool, tuple[Any, ...]]:
    """Whether it takes several values, and which there are where they are a closed set."""
    if isinstance(info, inspect.Metadata):
        return _shape(info.type)
    if isinstance(info, inspect.UnionType):
        found = [_shape(one) for one in info.types if not isinstance(one, inspect.NoneType)]
        return any(several for several, _ in found), tuple(each for _, choices in found for each in choices)
    if isinstance(info, inspect.VarTupleType | inspect.ListType):
        return True, _shape(info.item_type)[1]
    if isinstance(info, inspect.EnumType):
        return False, tuple(member.value for member in info.cls)
    return False, info.values if isinstance(info, inspect.LiteralType) else ()
