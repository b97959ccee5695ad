"""Deployments of several files that are staged as one."""

from __future__ import annotations

from alembic import context, op
from sqlalchemy import Column, inspect

from zato.odb.columns import Document

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    # MySQL and Oracle commit after each statement. Where an earlier attempt broke off, the column is there.
    if not context.is_offline_mode():
        columns = inspect(op.get_bind()).get_columns("zt_staging")
        if any(column["name"] == "deployments" for column in columns):
            return
    op.add_column("zt_staging", Column("deployments", Document))
