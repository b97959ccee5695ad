"""Alembic's environment: the connection is handed in by zato.odb.migrate."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], version_table="zt_version")
with context.begin_transaction():
    context.run_migrations()
