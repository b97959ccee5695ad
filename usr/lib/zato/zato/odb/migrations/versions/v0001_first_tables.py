"""The first version of all tables."""

import sqlalchemy as sa
from alembic import op

from zato.odb.tables import LongBytes, LongText, Name, UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "zt_cluster",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", Name, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zt_cluster")),
    )
    op.create_table(
        "zt_audit",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.Column("happened_at", UtcDateTime(), nullable=False),
        sa.Column("principal", Name, nullable=False),
        sa.Column("cid", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("detail", sa.String(length=2000), nullable=True),
        sa.ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name=op.f("fk_zt_audit_cluster_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zt_audit")),
    )
    op.create_table(
        "zt_change",
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("name", Name, nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("data", LongText, nullable=True),
        sa.Column("principal", Name, nullable=False),
        sa.Column("cid", sa.String(length=64), nullable=False),
        sa.Column("remark", sa.String(length=1000), nullable=True),
        sa.ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name=op.f("fk_zt_change_cluster_id")),
        sa.PrimaryKeyConstraint("cluster_id", "revision", name=op.f("pk_zt_change")),
    )
    op.create_index("ix_zt_change_item", "zt_change", ["cluster_id", "kind", "name"], unique=False)
    op.create_table(
        "zt_deployment",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.Column("file_name", Name, nullable=False),
        sa.Column("module", Name, nullable=False),
        sa.Column("form", sa.String(length=10), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("source", LongBytes, nullable=False),
        sa.Column("author", Name, nullable=False),
        sa.Column("cid", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=True),
        sa.Column("reason_file", Name, nullable=True),
        sa.Column("reason_line", sa.Integer(), nullable=True),
        sa.Column("services", LongText, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name=op.f("fk_zt_deployment_cluster_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zt_deployment")),
    )
    op.create_index("ix_zt_deployment_state", "zt_deployment", ["cluster_id", "state"], unique=False)
    op.create_table(
        "zt_item",
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("name", Name, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("data", LongText, nullable=False),
        sa.ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name=op.f("fk_zt_item_cluster_id")),
        sa.PrimaryKeyConstraint("cluster_id", "kind", "name", name=op.f("pk_zt_item")),
    )
    op.create_table(
        "zt_server",
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.Column("server_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("host", Name, nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("registered_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name=op.f("fk_zt_server_cluster_id")),
        sa.PrimaryKeyConstraint("cluster_id", "server_number", name=op.f("pk_zt_server")),
    )
    op.create_table(
        "zt_worker",
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=100), nullable=False),
        sa.Column("server_number", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("beat_at", UtcDateTime(), nullable=False),
        sa.Column("applied_revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name=op.f("fk_zt_worker_cluster_id")),
        sa.PrimaryKeyConstraint("cluster_id", "worker", name=op.f("pk_zt_worker")),
    )
    op.create_table(
        "zt_report",
        sa.Column("deployment_id", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=100), nullable=False),
        sa.Column("ok", sa.Boolean(name="ck_zt_report_ok"), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=True),
        sa.Column("reported_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["deployment_id"], ["zt_deployment.id"], name=op.f("fk_zt_report_deployment_id")),
        sa.PrimaryKeyConstraint("deployment_id", "worker", name=op.f("pk_zt_report")),
    )
