"""How people prove who they are."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, Table

from zato.odb.columns import Document, Label, UtcDateTime
from zato.odb.tables.metadata import MYSQL_OPTIONS, TRANSIENT, metadata

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
