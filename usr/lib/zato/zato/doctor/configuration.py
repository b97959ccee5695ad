"""The configuration and the deployed code, as they are in the ODB: what leads to something that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote

from zato.config.configuration import Configuration
from zato.core.errors import ZatoError
from zato.deployment.loader.source import parse
from zato.deployment.loader.uses import Code, UsedIn
from zato.deployment.versions import active_versions
from zato.doctor.finding import Finding
from zato.doctor.odb import opened
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings
from zato.odb.database import Database
from zato.odb.deployments import Deployments
from zato.odb.log import ConfigurationLog
from zato.serving.loose_ends import loose_ends


def check(layout: Layout, cluster: ClusterSettings) -> Iterator[Finding]:
    """The same as in `zato status`, also while no server runs. No code is executed."""
    try:
        with opened(layout, cluster) as database:
            configuration = Configuration.from_items(*ConfigurationLog(database).items_with_revision())
            code = _code(configuration, database)
    except ZatoError:
        return  # the check of the ODB says so
    for found in loose_ends(configuration, code):
        remedy = "zato service list"
        if found.file is not None:
            remedy = f"zato service versions {quote(found.file.partition('/')[0])}"
        yield Finding(found.message, remedy)


def _code(configuration: Configuration, database: Database) -> Code:
    deployments = Deployments(database)
    services: set[str] = set()
    uses: list[UsedIn] = []
    for file_name, version in active_versions(configuration).items():
        services.update(version.services)
        try:
            source = parse(file_name, deployments.source(version.deployment_id), version.deployment_id)
        except ZatoError:  # its server says why it is not loaded
            continue
        uses += [
            UsedIn(file_name, module.path.removeprefix(source.prefix), use)
            for module in source.modules.values()
            for use in module.uses
        ]
    return Code(services, tuple(uses))
