"""The log of changes, the items as they are, and the audit log."""

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

from zato.odb.columns import BIG_ID, Document, Label, Prose, UtcDateTime
from zato.odb.tables.metadata import MYSQL_OPTIONS, metadata
from zato.sql.odb_mark import ODB_TABLE

change = Table(
    ODB_TABLE,
    metadata,
    Column("cluster_id", Integer, nullable=False),
    Column("revision", BigInteger, nullable=False, autoincrement=False),
    Column("changed", UtcDateTime, nullable=False),
    Column("kind", Label(40), nullable=False),
    Column("name", Label(120), nullable=False),
    Column("action", Label(10), nullable=False),
    Column("data", Document),
    Column("principal", Label(120), nullable=False),
    Column("cid", Label(128), nullable=False),
    Column("remark", Prose),
    PrimaryKeyConstraint("cluster_id", "revision", name="zt_change_pk"),
    UniqueConstraint("cluster_id", "kind", "name", "revision", name="zt_change_uq"),
    ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_change_cluster_fk"),
    **MYSQL_OPTIONS,
)

item = Table(
    "zt_item",
    metadata,
    Column("cluster_id", Integer, nullable=False),
    Column("kind", Label(40), nullable=False),
    Column("name", Label(120), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("data", Document, nullable=False),
    PrimaryKeyConstraint("cluster_id", "kind", "name", name="zt_item_pk"),
    ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_item_cluster_fk"),
    **MYSQL_OPTIONS,
)

audit = Table(
    "zt_audit",
    metadata,
    Column("id", BIG_ID, Identity(), nullable=False),
    Column("cluster_id", Integer, nullable=False),
    Column("happened", UtcDateTime, nullable=False),
    Column("principal", Label(120), nullable=False),
    Column("cid", Label(128), nullable=False),
    Column("action", Label(60), nullable=False),
    Column("subject", Label(255), nullable=False),
    Column("outcome", Label(60), nullable=False),
    Column("revision", BigInteger),
    Column("detail", Prose),
    # The client's, and how it was known: both NULL where an earlier release wrote the row, or a process of Zato's
    Column("address", Label(64)),
    Column("through", Label(120)),
    PrimaryKeyConstraint("id", name="zt_audit_pk"),
    ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_audit_cluster_fk"),
    **MYSQL_OPTIONS,
)
