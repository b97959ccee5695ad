"""Asynchronous invocations."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from zato.odb.columns import Document, Label, Prose, UtcDateTime
from zato.odb.tables.metadata import MYSQL_OPTIONS, metadata

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
    # What has sent it, a core.origin.Asker, and its name. NULL: a message of a release that did not say so, and no name
    Column("origin", Label(20)),
    Column("origin_name", Label(500)),
    PrimaryKeyConstraint("cluster_id", "message_id", name="zt_message_pk"),
    UniqueConstraint("cluster_id", "state", "due", "message_id", name="zt_message_due_uq"),
    ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_message_cluster_fk"),
    **MYSQL_OPTIONS,
)
