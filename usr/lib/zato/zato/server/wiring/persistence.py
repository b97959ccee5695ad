"""What is kept: the tables of the ODB, and the key that secrets in them are encrypted with."""

from __future__ import annotations

from dataclasses import dataclass

from zato.cluster.odb_identity import identity_of
from zato.config.secrets import SecretBox, load_key
from zato.odb.audit import AuditLog
from zato.odb.database import Database
from zato.odb.deployments import Deployments
from zato.odb.first_tokens import FirstTokens
from zato.odb.held_messages import HeldMessages
from zato.odb.log import ConfigurationLog
from zato.odb.members import Members
from zato.odb.opening import open_odb
from zato.odb.package_reports import PackageReports
from zato.odb.second_factors import SecondFactors
from zato.odb.sessions import Sessions
from zato.odb.stagings import Stagings
from zato.odb.state import State
from zato.odb.wheels import Wheels
from zato.server.wiring.shared import Shared


@dataclass(frozen=True, slots=True)
class Persistence:
    """Connections of its own, so one for each process."""

    database: Database
    secret_key: bytes
    secrets: SecretBox
    log: ConfigurationLog
    members: Members
    deployments: Deployments
    stagings: Stagings
    audit: AuditLog
    sessions: Sessions
    second_factors: SecondFactors
    first_tokens: FirstTokens
    held: HeldMessages
    state: State
    package_reports: PackageReports
    wheels: Wheels


def wire_persistence(shared: Shared) -> Persistence:
    """Connects to nothing yet."""
    key = load_key(shared.layout.secret_key)
    return persistence_of(open_odb(shared.cluster, ours=identity_of(shared.layout, key)), key)


def persistence_of(database: Database, secret_key: bytes) -> Persistence:
    """All that is kept in one ODB."""
    return Persistence(
        database=database,
        secret_key=secret_key,
        secrets=SecretBox(secret_key),
        log=ConfigurationLog(database),
        members=Members(database),
        deployments=Deployments(database),
        stagings=Stagings(database),
        audit=AuditLog(database),
        sessions=Sessions(database),
        second_factors=SecondFactors(database),
        first_tokens=FirstTokens(database),
        held=HeldMessages(database),
        state=State(database),
        package_reports=PackageReports(database),
        wheels=Wheels(database),
    )
