"""What is answered over HTTP: users' channels, Zato's own paths, the internal door, the admin API."""

from __future__ import annotations

from typing import Any

from zato import __version__
from zato.admin_api.kept import KeptFigures
from zato.host.draining import Draining
from zato.host.running import usage
from zato.internal.door import PATH, InternalInvocations
from zato.metrics import Exposition, Metrics
from zato.metrics.build import Build
from zato.metrics.certificates import Certificates
from zato.metrics.cluster import SharedParts
from zato.metrics.edge import EdgeLimits
from zato.metrics.kept import KeptRows
from zato.metrics.processes import Processes
from zato.server.wiring.messaging import Messaging
from zato.server.wiring.persistence import Persistence
from zato.server.wiring.serving import Serving
from zato.server.wiring.shared import Shared
from zato.serving.http.app import create_app
from zato.serving.http.errors import add_error_handlers
from zato.serving.http.fixed import add_fixed_routes


def wire_http(serving: Serving, shared: Shared, metrics: Metrics, exposition: Exposition) -> Any:
    """The WSGI application, but for the admin API."""
    app = create_app(serving.switch, serving.staleness)
    add_error_handlers(app, metrics.unrouted)
    draining = Draining(shared.paths.draining)
    add_fixed_routes(app, serving.switch, draining, serving.staleness, serving.admission, exposition)
    app.add_route(PATH, InternalInvocations(serving.switch, serving.dispatcher, metrics, serving.staleness))
    return app


def wire_exposition(shared: Shared, persistence: Persistence, messaging: Messaging, kept: KeptFigures) -> Exposition:
    """What is looked up for each scrape, beside what workers have counted."""
    broker = messaging.broker
    return Exposition(
        shared.server,
        (
            Build(__version__),
            Certificates(shared.layout.pki),
            EdgeLimits(shared.layout.edge_figures),
            KeptRows(kept.current),
            Processes(shared.server, lambda: usage(shared.layout)),
            SharedParts(persistence.log.revision, messaging.invocations, lambda: broker.problem),
        ),
    )
