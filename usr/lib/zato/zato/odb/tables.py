"""All tables. Names have 30 characters at most and no column's meaning depends on an empty string (Oracle)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.dialects import mysql, oracle

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, kept without a time zone in UTC, with microseconds on every database."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        if dialect.name == "oracle":
            return dialect.type_descriptor(oracle.TIMESTAMP())
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


LongText = Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
LongBytes = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")
# Names are compared byte by byte: "Crm" and "crm" are two items on every database.
Name = String(200).with_variant(mysql.VARCHAR(200, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")


def _cluster_id() -> Column[int]:
    return Column("cluster_id", Integer, ForeignKey("zt_cluster.id"), nullable=False)


cluster = Table(
    "zt_cluster",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", Name, nullable=False),
    Column("revision", Integer, nullable=False),
)

item = Table(
    "zt_item",
    metadata,
    Column("cluster_id", Integer, ForeignKey("zt_cluster.id"), primary_key=True),
    Column("kind", String(60), primary_key=True),
    Column("name", Name, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("data", LongText, nullable=False),
)

change = Table(
    "zt_change",
    metadata,
    Column("cluster_id", Integer, ForeignKey("zt_cluster.id"), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("kind", String(60), nullable=False),
    Column("name", Name, nullable=False),
    Column("action", String(20), nullable=False),
    Column("data", LongText),
    Column("principal", Name, nullable=False),
    Column("cid", String(64), nullable=False),
    Column("remark", String(1000)),
    Index("ix_zt_change_item", "cluster_id", "kind", "name"),
)

audit = Table(
    "zt_audit",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    _cluster_id(),
    Column("happened_at", UtcDateTime, nullable=False),
    Column("principal", Name, nullable=False),
    Column("cid", String(64), nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject", String(400), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("revision", Integer),
    Column("detail", String(2000)),
)

server = Table(
    "zt_server",
    metadata,
    Column("cluster_id", Integer, ForeignKey("zt_cluster.id"), primary_key=True),
    Column("server_number", Integer, primary_key=True, autoincrement=False),
    Column("host", Name, nullable=False),
    Column("version", String(40), nullable=False),
    Column("registered_at", UtcDateTime, nullable=False),
)

worker = Table(
    "zt_worker",
    metadata,
    Column("cluster_id", Integer, ForeignKey("zt_cluster.id"), primary_key=True),
    Column("worker", String(100), primary_key=True),
    Column("server_number", Integer, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("beat_at", UtcDateTime, nullable=False),
    Column("applied_revision", Integer, nullable=False),
)

deployment = Table(
    "zt_deployment",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    _cluster_id(),
    Column("file_name", Name, nullable=False),
    Column("module", Name, nullable=False),
    Column("form", String(10), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("source", LongBytes, nullable=False),
    Column("author", Name, nullable=False),
    Column("cid", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("state", String(20), nullable=False),
    Column("reason", String(2000)),
    Column("reason_file", Name),
    Column("reason_line", Integer),
    Column("services", LongText),
    Column("revision", Integer),
    Index("ix_zt_deployment_state", "cluster_id", "state"),
)

report = Table(
    "zt_report",
    metadata,
    Column("deployment_id", Integer, ForeignKey("zt_deployment.id"), primary_key=True),
    Column("worker", String(100), primary_key=True),
    Column("ok", Boolean(name="ck_zt_report_ok"), nullable=False),
    Column("reason", String(2000)),
    Column("reported_at", UtcDateTime, nullable=False),
)
