"""Differences between states of the configuration as they are answered."""

from __future__ import annotations

from collections.abc import Iterable

from zato.admin_api.route import Answer
from zato.admin_api.schemas import whole as schemas
from zato.config.diff import ItemDiff
from zato.config.rehearsal import Preview


def previewed(preview: Preview) -> Answer:
    """The answer to a change with `dry_run`."""
    return Answer(
        schemas.Preview(
            revision=preview.revision,
            items=shown_diffs(preview.changes),
            kept=shown_diffs(preview.kept),
            unused_values=list(preview.unused_values),
        )
    )


def shown_diffs(found: Iterable[ItemDiff]) -> list[schemas.ItemDiff]:
    """Items with their fields, before and after."""
    return [
        schemas.ItemDiff(
            kind=each.kind,
            name=each.name,
            action=each.action.value,
            fields=[schemas.FieldDiff(field=one.field, before=one.before, after=one.after) for one in each.fields],
        )
        for each in found
    ]
