"""Paths under /zato/ that are neither channels nor the admin API: ping, health, metrics."""

from __future__ import annotations

import falcon
import msgspec

from zato.core.errors import Unauthorized, Unavailable
from zato.host.draining import Draining
from zato.metrics import CONTENT_TYPE, Exposition
from zato.security.authentication import INTERNAL_DOOR
from zato.serving.http.own_paths import OwnPaths
from zato.serving.http.request import ZatoRequest
from zato.serving.limits.admission import Admission
from zato.serving.served_revision import ServedRevision
from zato.serving.staleness import Staleness
from zato.serving.switch import Switch

# A server that has only been quiet needs less; who waits for longer than HAProxy does is in the way of its next check.
_STALE_SECONDS_MAX = 0.4


class Ping:
    """Open to all: says that a request came through to a parallel server."""

    def on_get(self, req: ZatoRequest, resp: falcon.Response) -> None:
        resp.data = msgspec.json.encode(
            {
                "zato_env": {"result": "ZATO_OK", "cid": req.cid, "details": ""},
                "zato_ping_response": {"pong": "zato"},
            }
        )
        resp.content_type = "application/json"
        resp.set_header("X-Zato-CID", req.cid)


class Health:
    """For HAProxy: 200 while this worker takes new requests, 404 where it is to get no more, 503 where it cannot.

    It cannot before it knows a configuration, nor while it may have missed what all others know: see Staleness.

    The 404 is a convention of HAProxy's (`http-check disable-on-404`): what is under way is finished.
    """

    def __init__(self, switch: Switch[ServedRevision], draining: Draining, staleness: Staleness) -> None:
        self._switch = switch
        self._draining = draining
        self._staleness = staleness

    def on_get(self, req: ZatoRequest, resp: falcon.Response) -> None:
        if req.env.get(INTERNAL_DOOR) is not True:
            self._staleness.visited()
        resp.status, resp.data = self._state()
        resp.content_type = "text/plain"
        resp.set_header("X-Zato-CID", req.cid)

    def _state(self) -> tuple[int, bytes]:
        if not self._switch.current().snapshot.known:
            return 503, b"no configuration yet\n"
        if self._draining.begun():
            return 404, b"draining\n"
        if not self._staleness.wait(_STALE_SECONDS_MAX):
            return 503, b"catching up\n"
        return 200, b"ok\n"


class MetricsPage:
    """For Prometheus, with any principal that Zato knows."""

    def __init__(self, switch: Switch[ServedRevision], admission: Admission, exposition: Exposition) -> None:
        self._switch = switch
        self._admission = admission
        self._exposition = exposition

    def on_get(self, req: ZatoRequest, resp: falcon.Response, number: str | None = None) -> None:
        """With a number, those of that server: HAProxy passes such a request to it where it can."""
        snapshot = self._switch.current().snapshot
        principals = snapshot.security.authenticate(req.env)
        if not principals:
            raise Unauthorized
        with self._admission.admit(principals[0], snapshot.principals, req.env.get("zato.request")):
            if number is not None and number != str(self._exposition.server):
                raise Unavailable(
                    f"This is server {self._exposition.server}: server {number[:10]} is down, or the balancer sends it "
                    "no requests.",
                    code="another-server",
                )
            resp.data = self._exposition.page()
        resp.content_type = CONTENT_TYPE
        resp.set_header("X-Zato-CID", req.cid)


def add_fixed_routes(
    app: OwnPaths,
    switch: Switch[ServedRevision],
    draining: Draining,
    staleness: Staleness,
    admission: Admission,
    exposition: Exposition,
) -> None:
    """Add them all."""
    app.add_route("/zato/ping", Ping())
    app.add_route("/zato/health", Health(switch, draining, staleness))
    metrics_page = MetricsPage(switch, admission, exposition)
    app.add_route("/zato/metrics", metrics_page)
    app.add_route("/zato/metrics/{number}", metrics_page)
