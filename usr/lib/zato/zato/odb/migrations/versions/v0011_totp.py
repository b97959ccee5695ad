"""Second factors of people, and the codes for when they are lost."""

from __future__ import annotations

from alembic import context, op
from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, inspect

from zato.odb.columns import Label, UtcDateTime

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    # MySQL and Oracle commit after each statement. Where an earlier attempt broke off, a table may be there.
    there = [] if context.is_offline_mode() else inspect(op.get_bind()).get_table_names()
    if "zt_totp" not in there:
        op.create_table(
            "zt_totp",
            Column("cluster_id", Integer, nullable=False, autoincrement=False),
            Column("principal", Label(120), nullable=False),
            Column("secret", Label(500), nullable=False),
            Column("begun", UtcDateTime, nullable=False),
            Column("confirmed", UtcDateTime),
            Column("last_step", BigInteger),
            Column("attempts", Integer, nullable=False),
            Column("attempted", UtcDateTime),
            PrimaryKeyConstraint("cluster_id", "principal", name="zt_totp_pk"),
            ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_totp_cluster_fk"),
            mysql_engine="InnoDB",
            mysql_charset="utf8mb4",
            mysql_collate="utf8mb4_bin",
        )
    if "zt_totp_recovery" not in there:
        op.create_table(
            "zt_totp_recovery",
            Column("cluster_id", Integer, nullable=False, autoincrement=False),
            Column("principal", Label(120), nullable=False),
            Column("digest", Label(64), nullable=False),
            PrimaryKeyConstraint("cluster_id", "principal", "digest", name="zt_totp_recovery_pk"),
            ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_totp_recovery_cluster_fk"),
            mysql_engine="InnoDB",
            mysql_charset="utf8mb4",
            mysql_collate="utf8mb4_bin",
        )
