"""Alembic's environment: the connection, or for SQL as text the dialect, is handed in by zato.odb.migrate."""

from __future__ import annotations

from alembic import context

attributes = context.config.attributes
context.configure(
    connection=attributes.get("connection"), dialect_name=attributes.get("dialect"), version_table="zt_version"
)
with context.begin_transaction():
    context.run_migrations()
