"""The configuration as a whole: differences, previews, imports and exports."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from zato.admin_api.schemas.items import ItemKey
from zato.admin_api.schemas.values import ChangeQuery, Finding, ItemName, RequestSchema, ResponseSchema, Revision
from zato.config.bulk import ImportMode
from zato.config.placeholders import NAME_PATTERN


class DiffQuery(RequestSchema, frozen=True, rename={"from_": "from"}):
    """Two revisions; the second is the latest one unless given."""

    from_: Revision
    to: Revision | None = None
    kind: Annotated[str, Meta(max_length=40)] | None = None
    name: ItemName | None = None


class FieldDiff(ResponseSchema, frozen=True):
    """A field before and after."""

    field: str
    before: Any
    after: Any


class ItemDiff(ResponseSchema, frozen=True):
    """An item that differs."""

    kind: str
    name: str
    action: Literal["create", "update", "delete"]
    fields: list[FieldDiff]


class Diff(ResponseSchema, frozen=True, rename={"from_": "from"}):
    """What differs between two revisions."""

    from_: int
    to: int
    items: list[ItemDiff]


class Preview(ResponseSchema, frozen=True):
    """What a change would do, where `dry_run` asks for that: nothing was changed.

    `kept` is what a roll-back would leave as it is, as a security definition, though it was otherwise then.
    `revision` is the latest one.
    """

    revision: int
    items: list[ItemDiff]
    kept: list[ItemDiff]
    unused_values: list[str]


class ImportQuery(ChangeQuery, frozen=True):
    """Whether items that the document does not mention stay or are deleted."""

    mode: ImportMode = ImportMode.MERGE


class FilledDocument(RequestSchema, frozen=True):
    """A YAML document with ${NAME} for what each environment has of its own, and the values."""

    document: Annotated[str, Meta(description="As an export with placeholders gives it.")]
    values: Annotated[
        dict[Annotated[str, Meta(pattern=NAME_PATTERN)], str],
        Meta(description="A text for each name; what is in it is never read as YAML."),
    ]


class ExportQuery(RequestSchema, frozen=True):
    """Whether addresses and secrets are left open."""

    placeholders: Annotated[
        bool, Meta(description="Write ${NAME} for addresses and secrets, to be filled in by the import.")
    ] = False


class Summary(ResponseSchema, frozen=True):
    """What an import or a roll-back changed."""

    revision: int
    created: list[ItemKey]
    updated: list[ItemKey]
    deleted: list[ItemKey]
    unchanged: int
    kept: list[ItemKey]
    unused_values: list[str]
    """Names of values that were given to an import, and that its document has no place for."""
    warnings: list[Finding] | UnsetType = UNSET
    """What leads to something that is not there, since this change."""
