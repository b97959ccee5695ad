"""The table of what holds for the whole ODB: which history it has, and whether what goes out is held."""

from __future__ import annotations

from alembic import context, op
from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, inspect

from zato.odb.columns import Label, Prose, UtcDateTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    # MySQL and Oracle commit after each statement. Where an earlier attempt broke off, the table is there.
    if not context.is_offline_mode() and inspect(op.get_bind()).has_table("zt_state"):
        return
    op.create_table(
        "zt_state",
        Column("cluster_id", Integer, nullable=False, autoincrement=False),
        Column("incarnation", Label(32)),
        Column("trimmed_revision", BigInteger),
        Column("held_since", UtcDateTime),
        Column("held_reason", Prose),
        PrimaryKeyConstraint("cluster_id", name="zt_state_pk"),
        ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_state_cluster_fk"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )
