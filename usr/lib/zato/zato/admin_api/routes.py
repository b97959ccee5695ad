"""The table of all operations, and how they get into the application."""

from __future__ import annotations

from typing import Any

import falcon
import msgspec

from zato.admin_api.audit import AuditOperations
from zato.admin_api.broker import BrokerOperations
from zato.admin_api.collaborators import AdminCollaborators
from zato.admin_api.deployments import DeploymentOperations
from zato.admin_api.enrolment import EnrolmentOperations
from zato.admin_api.first import FirstOperations
from zato.admin_api.held import HoldOperations
from zato.admin_api.items import ItemOperations
from zato.admin_api.joining import JoiningOperations
from zato.admin_api.kinds import KindOperations
from zato.admin_api.log import LogOperations
from zato.admin_api.machine import MachineOperations
from zato.admin_api.messages import MessageOperations
from zato.admin_api.oneself import OneselfOperations
from zato.admin_api.openapi import document
from zato.admin_api.overview import OverviewOperations
from zato.admin_api.packages import PackageOperations
from zato.admin_api.resource import AdminResource
from zato.admin_api.route import Answer, Call, Route
from zato.admin_api.servers import ServerOperations
from zato.admin_api.services import ServiceOperations
from zato.admin_api.sessions import SessionOperations
from zato.admin_api.state import StateOperations
from zato.admin_api.trying import ConnectionTrials
from zato.admin_api.whole import WholeOperations
from zato.core.right import Right

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
    """Add the admin API to the application, whose errors `serving.http.errors` has to answer."""
    by_path: dict[str, list[Route]] = {}
    for route in routes(collaborators):
        by_path.setdefault(route.path, []).append(route)
    for path, there in by_path.items():
        app.add_route(path, AdminResource(there, collaborators))
