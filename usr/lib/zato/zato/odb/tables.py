"""All tables. Names have at most 30 characters, every index comes from a key, and each row names its cluster."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Identity,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from zato.odb.columns import BIG_ID, Document, Label, Prose, UtcDateTime, long_binary
from zato.sql.odb_mark import ODB_TABLE

metadata = MetaData()

# Names differ by case, as they do in all other databases
MYSQL_OPTIONS: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
}

TRANSIENT = "zato_transient"
"""Key of a table's `info`: its rows are worth nothing a minute later, and a move to another ODB leaves them behind."""

cluster = Table(
    "zt_cluster",
    metadata,
    Column("id", Integer, Identity(), nullable=False),
    Column("name", Label(120), nullable=False),
    # The last revision of the log; its row is the lock that hands out revisions
    Column("revision", BigInteger, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("id", name="zt_cluster_pk"),
    UniqueConstraint("name", name="zt_cluster_uq"),
    **MYSQL_OPTIONS,
)

# What holds for all of it; a cluster without a row has none of this. See zato.odb.state.
state = Table(
    "zt_state",
    metadata,
    Column("cluster_id", Integer, nullable=False, autoincrement=False),
    # Another one after each restore, as the same revision may be another change then
    Column("incarnation", Label(32)),
    # Changes up to this one are not kept any more, as far as later ones have replaced them
    Column("trimmed_revision", BigInteger),
    # Since when, and why, nothing is sent to others that nobody waits for
    Column("held_since", UtcDateTime),
    Column("held_reason", Prose),
    # Whose it is: what follows from the key of secrets, and the fingerprint of the CA. See zato.odb.identity
    Column("key_check", Label(64)),
    Column("authority", Label(64)),
    PrimaryKeyConstraint("cluster_id", name="zt_state_pk"),
    ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_state_cluster_fk"),
    **MYSQL_OPTIONS,
)

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

server = Table(
    "zt_server",
    metadata,
    Column("cluster_id", Integer, nullable=False),
    Column("server_number", Integer, nullable=False, autoincrement=False),
    Column("host", Label(255), nullable=False),
    Column("version", Label(60), nullable=False),
    Column("registered", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("cluster_id", "server_number", name="zt_server_pk"),
    ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_server_cluster_fk"),
    **MYSQL_OPTIONS,
)

worker = Table(
    "zt_worker",
    metadata,
    Column("cluster_id", Integer, nullable=False),
    Column("worker", Label(120), nullable=False),
    Column("server_number", Integer, nullable=False),
    Column("started", UtcDateTime, nullable=False),
    Column("beat", UtcDateTime, nullable=False),
    Column("applied_revision", BigInteger, nullable=False),
    # Both NULL where an earlier release runs
    Column("in_flight", Integer),
    Column("resident_bytes", BigInteger),
    PrimaryKeyConstraint("cluster_id", "worker", name="zt_worker_pk"),
    ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_worker_cluster_fk"),
    info={TRANSIENT: True},
    **MYSQL_OPTIONS,
)

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
    Column("source", long_binary()),
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

# The one-time token that lets its holder become the first administrator, as a hash; see zato.odb.first_tokens.
first_token = Table(
    "zt_first_token",
    metadata,
    Column("cluster_id", Integer, nullable=False),
    Column("digest", Label(64), nullable=False),
    Column("expires", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("cluster_id", name="zt_first_token_pk"),
    ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_first_token_cluster_fk"),
    **MYSQL_OPTIONS,
)

# Asynchronous invocations; see zato.odb.messages. NULL is the payload of a message without one.
message = Table(
    "zt_message",
    metadata,
    Column("cluster_id", Integer, nullable=False),
    Column("message_id", Label(32), nullable=False),
    Column("state", Label(10), nullable=False),
    # When it may be claimed: after a claim, when that expires. Of a dead letter, when it became one
    Column("due", UtcDateTime, nullable=False),
    # Grows with each claim: who holds an earlier one has lost the message
    Column("fence", BigInteger, nullable=False),
    # Whose the last claim is, where it gave a name
    Column("owner", Label(120)),
    Column("attempts", Integer, nullable=False),
    Column("begun", Boolean, nullable=False),
    Column("service", Label(500), nullable=False),
    Column("payload", Document),
    Column("cid", Label(128), nullable=False),
    Column("sent", UtcDateTime, nullable=False),
    Column("principal", Label(120), nullable=False),
    Column("reason", Prose),
    PrimaryKeyConstraint("cluster_id", "message_id", name="zt_message_pk"),
    UniqueConstraint("cluster_id", "state", "due", "message_id", name="zt_message_due_uq"),
    ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_message_cluster_fk"),
    **MYSQL_OPTIONS,
)

# People's sessions; the token is kept as a hash only. They are worth nothing elsewhere: see zato.odb.sessions.
session = Table(
    "zt_session",
    metadata,
    Column("cluster_id", Integer, nullable=False),
    Column("session_id", Label(32), nullable=False),
    Column("digest", Label(64), nullable=False),
    # The security definition that it was opened with, and its revision then: another one ends the session
    Column("principal", Label(120), nullable=False),
    Column("revision", BigInteger, nullable=False),
    # A JSON array
    Column("roles", Document, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("expires", UtcDateTime, nullable=False),
    Column("idle_seconds", Integer, nullable=False),
    Column("used", UtcDateTime, nullable=False),
    Column("client", Label(60), nullable=False),
    Column("address", Label(64)),
    PrimaryKeyConstraint("cluster_id", "session_id", name="zt_session_pk"),
    ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_session_cluster_fk"),
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

# People's second factors (RFC 6238), which are demanded once they are confirmed; see zato.odb.second_factors.
# Secrets are encrypted.
totp = Table(
    "zt_totp",
    metadata,
    Column("cluster_id", Integer, nullable=False, autoincrement=False),
    Column("principal", Label(120), nullable=False),
    Column("secret", Label(500), nullable=False),
    Column("begun", UtcDateTime, nullable=False),
    Column("confirmed", UtcDateTime),
    # The period of 30 seconds whose code was used last: none is taken twice
    Column("last_step", BigInteger),
    # Since the last right code, and when the last one was made
    Column("attempts", Integer, nullable=False),
    Column("attempted", UtcDateTime),
    PrimaryKeyConstraint("cluster_id", "principal", name="zt_totp_pk"),
    ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_totp_cluster_fk"),
    **MYSQL_OPTIONS,
)

# Codes that take the place of one of these, once each, as hashes
totp_recovery = Table(
    "zt_totp_recovery",
    metadata,
    Column("cluster_id", Integer, nullable=False, autoincrement=False),
    Column("principal", Label(120), nullable=False),
    Column("digest", Label(64), nullable=False),
    PrimaryKeyConstraint("cluster_id", "principal", "digest", name="zt_totp_recovery_pk"),
    ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_totp_recovery_cluster_fk"),
    **MYSQL_OPTIONS,
)
