"""Tables for staging the code of a whole revision."""

from __future__ import annotations

from typing import Any

from alembic import context, op
from sqlalchemy import BigInteger, Boolean, Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, inspect

from zato.odb.columns import Label, Prose, UtcDateTime

revision = "0002"
down_revision = "0001"


def _create(name: str, *columns: Any) -> None:
    # MySQL and Oracle commit after each statement. Where an earlier attempt broke off, its tables are there.
    if not context.is_offline_mode() and inspect(op.get_bind()).has_table(name):
        return
    op.create_table(name, *columns, mysql_engine="InnoDB", mysql_charset="utf8mb4", mysql_collate="utf8mb4_bin")


def upgrade() -> None:
    _create(
        "zt_staging",
        Column("cluster_id", Integer, nullable=False),
        Column("token", Label(32), nullable=False),
        Column("revision", BigInteger, nullable=False),
        Column("started", UtcDateTime, nullable=False),
        PrimaryKeyConstraint("cluster_id", name="zt_staging_pk"),
        ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_staging_cluster_fk"),
    )
    _create(
        "zt_staging_report",
        Column("cluster_id", Integer, nullable=False),
        Column("token", Label(32), nullable=False),
        Column("worker", Label(120), nullable=False),
        Column("succeeded", Boolean, nullable=False),
        Column("reason", Prose),
        Column("reported", UtcDateTime, nullable=False),
        PrimaryKeyConstraint("cluster_id", "token", "worker", name="zt_staging_report_pk"),
        ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_staging_report_cluster_fk"),
    )
