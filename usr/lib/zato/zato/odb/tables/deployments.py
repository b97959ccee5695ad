"""Files of services: versions, and what workers say of those that are about to be active."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Identity,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from zato.odb.columns import BIG_ID, Document, Label, LongBinary, Prose, UtcDateTime
from zato.odb.tables.metadata import MYSQL_OPTIONS, TRANSIENT, metadata

deployment = Table(
    "zt_deployment",
    metadata,
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
    # A JSON array of names
    Column("services", Document, nullable=False),
    Column("revision", BigInteger),
    # The client's, and how it was known, as in the audit log
    Column("address", Label(64)),
    Column("through", Label(120)),
    PrimaryKeyConstraint("id", name="zt_deployment_pk"),
    UniqueConstraint("cluster_id", "file_name", "id", name="zt_deployment_file_uq"),
    UniqueConstraint("cluster_id", "state", "id", name="zt_deployment_state_uq"),
    ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_deployment_cluster_fk"),
    **MYSQL_OPTIONS,
)

# Apart from the deployment, so that lists do not read sources. NULL is the empty file.
source = Table(
    "zt_deployment_source",
    metadata,
    Column("deployment_id", BigInteger, nullable=False, autoincrement=False),
    Column("source", LongBinary()),
    PrimaryKeyConstraint("deployment_id", name="zt_deployment_source_pk"),
    ForeignKeyConstraint(["deployment_id"], ["zt_deployment.id"], name="zt_deployment_source_fk"),
    **MYSQL_OPTIONS,
)

report = Table(
    "zt_deployment_report",
    metadata,
    Column("deployment_id", BigInteger, nullable=False, autoincrement=False),
    Column("worker", Label(120), nullable=False),
    Column("succeeded", Boolean, nullable=False),
    Column("reason", Prose),
    Column("reported", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("deployment_id", "worker", name="zt_deployment_report_pk"),
    ForeignKeyConstraint(["deployment_id"], ["zt_deployment.id"], name="zt_deployment_report_fk"),
    **MYSQL_OPTIONS,
)

# Code that all workers are asked to load as one, one at a time; see zato.odb.stagings.
staging = Table(
    "zt_staging",
    metadata,
    Column("cluster_id", Integer, nullable=False),
    Column("token", Label(32), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("started", UtcDateTime, nullable=False),
    # A JSON array of the deployments that take the place of what the revision activates; NULL is none
    Column("deployments", Document),
    PrimaryKeyConstraint("cluster_id", name="zt_staging_pk"),
    ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_staging_cluster_fk"),
    info={TRANSIENT: True},
    **MYSQL_OPTIONS,
)

staging_report = Table(
    "zt_staging_report",
    metadata,
    Column("cluster_id", Integer, nullable=False),
    Column("token", Label(32), nullable=False),
    Column("worker", Label(120), nullable=False),
    Column("succeeded", Boolean, nullable=False),
    Column("reason", Prose),
    Column("reported", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("cluster_id", "token", "worker", name="zt_staging_report_pk"),
    ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_staging_report_cluster_fk"),
    info={TRANSIENT: True},
    **MYSQL_OPTIONS,
)

# What each server says of the packages that services are to have; see zato.odb.package_reports
package_report = Table(
    "zt_package_report",
    metadata,
    Column("cluster_id", Integer, nullable=False, autoincrement=False),
    Column("server_number", Integer, nullable=False, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
    Column("python", Label(40), nullable=False),
    Column("installed", Boolean, nullable=False),
    Column("reason", Prose),
    Column("reported", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("cluster_id", "server_number", name="zt_package_report_pk"),
    ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_package_report_cluster_fk"),
    **MYSQL_OPTIONS,
)
