"""The tables of wheels that were uploaded for machines without an index."""

from __future__ import annotations

from typing import Any

from alembic import context, op
from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Identity,
    Integer,
    PrimaryKeyConstraint,
    UniqueConstraint,
    inspect,
)

from zato.odb.columns import BIG_ID, Label, LongBinary, UtcDateTime

revision = "0014"
down_revision = "0013"
_MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    # MySQL and Oracle commit after each statement. Where an earlier attempt broke off, a table may be there.
    there: set[str] = set()
    if not context.is_offline_mode():
        there = set(inspect(op.get_bind()).get_table_names())
    if "zt_wheel" not in there:
        op.create_table(
            "zt_wheel",
            Column("id", BIG_ID, Identity(), nullable=False),
            Column("cluster_id", Integer, nullable=False),
            Column("file_name", Label(255), nullable=False),
            Column("sha256", Label(64), nullable=False),
            Column("size_bytes", BigInteger, nullable=False),
            Column("author", Label(120), nullable=False),
            Column("created", UtcDateTime, nullable=False),
            PrimaryKeyConstraint("id", name="zt_wheel_pk"),
            UniqueConstraint("cluster_id", "file_name", name="zt_wheel_file_uq"),
            ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_wheel_cluster_fk"),
            **_MYSQL,
        )
    if "zt_wheel_part" not in there:
        op.create_table(
            "zt_wheel_part",
            Column("wheel_id", BigInteger, nullable=False, autoincrement=False),
            Column("part_number", Integer, nullable=False, autoincrement=False),
            Column("data", LongBinary()),
            PrimaryKeyConstraint("wheel_id", "part_number", name="zt_wheel_part_pk"),
            ForeignKeyConstraint(["wheel_id"], ["zt_wheel.id"], name="zt_wheel_part_fk"),
            **_MYSQL,
        )
