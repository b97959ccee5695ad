"""The table of all operations, and how they get into the application."""

from __future__ import annotations

from typing import Any

import falcon
import msgspec

from zato.security.authorisation import Right
from zato.server.http.admin.audit import AuditOperations
from zato.server.http.admin.broker import BrokerOperations
from zato.server.http.admin.collaborators import AdminCollaborators
from zato.server.http.admin.deployments import DeploymentOperations
from zato.server.http.admin.enrolment import EnrolmentOperations
from zato.server.http.admin.first import FirstOperations
from zato.server.http.admin.held import HoldOperations
from zato.server.http.admin.items import ItemOperations
from zato.server.http.admin.joining import JoiningOperations
from zato.server.http.admin.kinds import KindOperations
from zato.server.http.admin.log import LogOperations
from zato.server.http.admin.machine import MachineOperations
from zato.server.http.admin.messages import MessageOperations
from zato.server.http.admin.oneself import OneselfOperations
from zato.server.http.admin.openapi import document
from zato.server.http.admin.overview import OverviewOperations
from zato.server.http.admin.packages import PackageOperations
from zato.server.http.admin.resource import AdminResource
from zato.server.http.admin.route import Answer, Call, Route
from zato.server.http.admin.servers import ServerOperations
from zato.server.http.admin.services import ServiceOperations
from zato.server.http.admin.sessions import SessionOperations
from zato.server.http.admin.state import StateOperations
from zato.server.http.admin.trying import ConnectionTrials
from zato.server.http.admin.whole import WholeOperations

OPENAPI = "/zato/api/openapi.json"


def routes(collaborators: AdminCollaborators) -> tuple[Route, ...]:
    """All operations of the admin API."""

    def describe(call: Call) -> Answer:
        channels = collaborators.worker.channels_document(collaborators.version)
        return Answer(msgspec.json.encode(document(table, collaborators.version, channels)))

    table = (
        *KindOperations().routes(),
        *ItemOperations(collaborators).routes(),
        *ConnectionTrials(collaborators).routes(),
        *WholeOperations(collaborators).routes(),
        *DeploymentOperations(collaborators).routes(),
        *ServiceOperations(collaborators).routes(),
        *PackageOperations(collaborators).routes(),
        *MessageOperations(collaborators).routes(),
        *StateOperations(collaborators).routes(),
        *OverviewOperations(collaborators).routes(),
        *HoldOperations(collaborators).routes(),
        *AuditOperations(collaborators).routes(),
        *LogOperations(collaborators.log_reader, collaborators.here).routes(),
        *MachineOperations(collaborators.machine, collaborators.here, collaborators.clock.now).routes(),
        *JoiningOperations(collaborators).routes(),
        *BrokerOperations(collaborators).routes(),
        *SessionOperations(collaborators).routes(),
        *OneselfOperations(collaborators).routes(),
        *ServerOperations(collaborators).routes(),
        *FirstOperations(collaborators).routes(),
        *EnrolmentOperations(collaborators).routes(),
        Route("GET", OPENAPI, "openapi", "This document", describe, Right.READ, "application/json"),
    )
    return table


def add_routes(app: falcon.App[Any, Any], collaborators: AdminCollaborators) -> None:
    """Add the admin API to the application, whose errors `server.http.errors` has to answer."""
    by_path: dict[str, list[Route]] = {}
    for route in routes(collaborators):
        by_path.setdefault(route.path, []).append(route)
    for path, there in by_path.items():
        app.add_route(path, AdminResource(there, collaborators))
