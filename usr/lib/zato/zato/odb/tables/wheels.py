"""Wheels that were uploaded for machines without an index."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Identity,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from zato.odb.columns import BIG_ID, Label, LongBinary, UtcDateTime
from zato.odb.tables.metadata import MYSQL_OPTIONS, metadata

wheel = Table(
    "zt_wheel",
    metadata,
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
    **MYSQL_OPTIONS,
)

# In parts: databases bound what one statement may carry (MariaDB: 16 MiB)
wheel_part = Table(
    "zt_wheel_part",
    metadata,
    Column("wheel_id", BigInteger, nullable=False, autoincrement=False),
    Column("part_number", Integer, nullable=False, autoincrement=False),
    Column("data", LongBinary()),
    PrimaryKeyConstraint("wheel_id", "part_number", name="zt_wheel_part_pk"),
    ForeignKeyConstraint(["wheel_id"], ["zt_wheel.id"], name="zt_wheel_part_fk"),
    **MYSQL_OPTIONS,
)
