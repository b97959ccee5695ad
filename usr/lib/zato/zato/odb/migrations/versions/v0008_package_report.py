"""The table of what each server says of the packages that services are to have."""

from __future__ import annotations

from alembic import context, op
from sqlalchemy import BigInteger, Boolean, Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, inspect

from zato.odb.columns import Label, Prose, UtcDateTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    # MySQL and Oracle commit after each statement. Where an earlier attempt broke off, the table is there.
    if not context.is_offline_mode() and inspect(op.get_bind()).has_table("zt_package_report"):
        return
    op.create_table(
        "zt_package_report",
        Column("cluster_id", Integer, nullable=False, autoincrement=False),
        Column("server_number", Integer, nullable=False, autoincrement=False),
        Column("revision", BigInteger, nullable=False),
        Column("python", Label(40), nullable=False),
        Column("installed", Boolean, nullable=False),
        Column("reason", Prose),
        Column("reported", UtcDateTime, nullable=False),
        PrimaryKeyConstraint("cluster_id", "server_number", name="zt_package_report_pk"),
        ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_package_report_cluster_fk"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )
