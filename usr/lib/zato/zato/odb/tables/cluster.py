"""The cluster, and its servers and their workers."""

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

from zato.odb.columns import Label, Prose, UtcDateTime
from zato.odb.tables.metadata import MYSQL_OPTIONS, TRANSIENT, metadata

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
    # Whose it is: what follows from the key of secrets, and the fingerprint of the CA. See zato.odb.cluster_identity
    Column("key_check", Label(64)),
    Column("authority", Label(64)),
    PrimaryKeyConstraint("cluster_id", name="zt_state_pk"),
    ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_state_cluster_fk"),
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
