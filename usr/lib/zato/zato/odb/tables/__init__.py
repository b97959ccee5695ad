"""All tables. Names have at most 30 characters, every index comes from a key, and each row names its cluster."""

from zato.odb.tables.cluster import cluster, server, state, worker
from zato.odb.tables.configuration import audit, change, item
from zato.odb.tables.deployments import deployment, package_report, report, source, staging, staging_report
from zato.odb.tables.messages import message
from zato.odb.tables.metadata import MYSQL_OPTIONS, TRANSIENT, metadata
from zato.odb.tables.people import first_token, session, totp, totp_recovery
from zato.odb.tables.wheels import wheel, wheel_part

__all__ = [
    "MYSQL_OPTIONS",
    "TRANSIENT",
    "audit",
    "change",
    "cluster",
    "deployment",
    "first_token",
    "item",
    "message",
    "metadata",
    "package_report",
    "report",
    "server",
    "session",
    "source",
    "staging",
    "staging_report",
    "state",
    "totp",
    "totp_recovery",
    "wheel",
    "wheel_part",
    "worker",
]
