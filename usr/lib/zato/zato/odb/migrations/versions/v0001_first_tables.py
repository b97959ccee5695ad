"""The first version of all tables."""

from __future__ import annotations

from typing import Any

from alembic import context, op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Identity,
    Integer,
    PrimaryKeyConstraint,
    UniqueConstraint,
    inspect,
)

from zato.odb.columns import BIG_ID, Document, Label, LongBinary, Prose, UtcDateTime

revision = "0001"
down_revision = None


def _create(name: str, *columns: Any) -> None:
    # MySQL and Oracle commit after each statement. Where an earlier attempt broke off, its tables are there.
    if not context.is_offline_mode() and inspect(op.get_bind()).has_table(name):
        return
    op.create_table(name, *columns, mysql_engine="InnoDB", mysql_charset="utf8mb4", mysql_collate="utf8mb4_bin")


def upgrade() -> None:
    _create(
        "zt_cluster",
        Column("id", Integer, Identity(), nullable=False),
        Column("name", Label(120), nullable=False),
        Column("revision", BigInteger, nullable=False),
        Column("created", UtcDateTime, nullable=False),
        PrimaryKeyConstraint("id", name="zt_cluster_pk"),
        UniqueConstraint("name", name="zt_cluster_uq"),
    )
    _create(
        "zt_change",
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
    )
    _create(
        "zt_item",
        Column("cluster_id", Integer, nullable=False),
        Column("kind", Label(40), nullable=False),
        Column("name", Label(120), nullable=False),
        Column("revision", BigInteger, nullable=False),
        Column("data", Document, nullable=False),
        PrimaryKeyConstraint("cluster_id", "kind", "name", name="zt_item_pk"),
        ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_item_cluster_fk"),
    )
    _create(
        "zt_audit",
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
        PrimaryKeyConstraint("id", name="zt_audit_pk"),
        ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_audit_cluster_fk"),
    )
    _create(
        "zt_server",
        Column("cluster_id", Integer, nullable=False),
        Column("server_number", Integer, nullable=False, autoincrement=False),
        Column("host", Label(255), nullable=False),
        Column("version", Label(60), nullable=False),
        Column("registered", UtcDateTime, nullable=False),
        PrimaryKeyConstraint("cluster_id", "server_number", name="zt_server_pk"),
        ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_server_cluster_fk"),
    )
    _create(
        "zt_worker",
        Column("cluster_id", Integer, nullable=False),
        Column("worker", Label(120), nullable=False),
        Column("server_number", Integer, nullable=False),
        Column("started", UtcDateTime, nullable=False),
        Column("beat", UtcDateTime, nullable=False),
        Column("applied_revision", BigInteger, nullable=False),
        PrimaryKeyConstraint("cluster_id", "worker", name="zt_worker_pk"),
        ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_worker_cluster_fk"),
    )
    _create(
        "zt_deployment",
        Column("id", BIG_ID, Identity(), nullable=False),
        Column("cluster_id", Integer, nullable=False),
        Column("file_name", Label(255), nullable=False),
        Column("module", Label(255), nullable=False),
        Column("form", Label(10), nullable=False),
        Column("sha256", Label(64), nullable=False),
        Column("size_bytes", BigInteger, nullable=False),
        Column("author", Label(120), nullable=False),
        Column("cid", Label(128), nullable=False),
        Column("created", UtcDateTime, nullable=False),
        Column("state", Label(20), nullable=False),
        Column("reason", Prose),
        Column("reason_file", Prose),
        Column("reason_line", Integer),
        Column("services", Document, nullable=False),
        Column("revision", BigInteger),
        PrimaryKeyConstraint("id", name="zt_deployment_pk"),
        UniqueConstraint("cluster_id", "file_name", "id", name="zt_deployment_file_uq"),
        UniqueConstraint("cluster_id", "state", "id", name="zt_deployment_state_uq"),
        ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_deployment_cluster_fk"),
    )
    _create(
        "zt_deployment_source",
        Column("deployment_id", BigInteger, nullable=False, autoincrement=False),
        Column("source", LongBinary()),
        PrimaryKeyConstraint("deployment_id", name="zt_deployment_source_pk"),
        ForeignKeyConstraint(["deployment_id"], ["zt_deployment.id"], name="zt_deployment_source_fk"),
    )
    _create(
        "zt_deployment_report",
        Column("deployment_id", BigInteger, nullable=False, autoincrement=False),
        Column("worker", Label(120), nullable=False),
        Column("succeeded", Boolean, nullable=False),
        Column("reason", Prose),
        Column("reported", UtcDateTime, nullable=False),
        PrimaryKeyConstraint("deployment_id", "worker", name="zt_deployment_report_pk"),
        ForeignKeyConstraint(["deployment_id"], ["zt_deployment.id"], name="zt_deployment_report_fk"),
    )
