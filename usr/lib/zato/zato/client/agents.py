"""Agents of this machine as methods: they answer over mutual TLS, to the administrator's certificate."""

from __future__ import annotations

import json
from typing import Any

from zato.client.errors import rebuilt
from zato.client.transport import HttpsTransport, Transport
from zato.host.layout import Layout
from zato.host.listening import here
from zato.host.settings import ClusterSettings
from zato.pki.names import lighttpd_agent_name

Json = dict[str, Any]

_SECONDS = 10.0
# A reload is answered when the program serves again, or was put back
_LONG_SECONDS = 60.0
_API = "/zato/agent"


class _AgentClient:
    """What all agents can be asked for. Raises the agent's ZatoError; Unavailable (unreachable) where none answers."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def state(self) -> Json:
        """The program, and what is not well with it."""
        return self._json("GET", "/state", _SECONDS)

    def reload(self) -> Json:
        """The state after the program has taken up its configuration anew, and serves."""
        return self._json("POST", "/reload", _LONG_SECONDS)

    def rollback(self, *, with_security: bool = False) -> Json:
        """The state after the program has gone back to the configuration before the present one.

        Raises Conflict where that one decided otherwise who gets in, unless `with_security`.
        """
        return self._json("POST", f"/rollback{'?with_security=true' if with_security else ''}", _LONG_SECONDS)

    def validate(self) -> Json:
        """Whether the program accepts its configuration as it would be now; raises in its words where not."""
        return self._json("POST", "/validate", _LONG_SECONDS)

    def _json(self, method: str, path: str, seconds: float) -> Json:
        body = b"" if method == "POST" else None
        reply = self._transport.request(method, f"{_API}{path}", body, {}, timeout_seconds=seconds)
        if reply.status >= 400:
            raise rebuilt(reply)
        value = json.loads(reply.body)
        assert isinstance(value, dict)
        return value


class BalancerAgentClient(_AgentClient):
    """HAProxy's agent; its state has the servers, too."""

    @classmethod
    def of_this_machine(cls, layout: Layout, cluster: ClusterSettings, *, hint: str = "") -> BalancerAgentClient:
        """The agent beside this machine's HAProxy."""
        return cls(_transport(layout, cluster, "localhost", cluster.haproxy_agent_port, hint))

    def statistics(self) -> Json:
        """HAProxy's own figures of all frontends, backends and servers."""
        return self._json("GET", "/statistics", _SECONDS)


class EdgeAgentClient(_AgentClient):
    """The agent of one lighttpd; its state has users and certificates, too."""

    @classmethod
    def of_this_machine(
        cls, layout: Layout, cluster: ClusterSettings, number: int, *, hint: str = ""
    ) -> EdgeAgentClient:
        """The agent beside the lighttpd of this machine's server `number`."""
        port = cluster.lighttpd_agent_port_of(number)
        return cls(_transport(layout, cluster, lighttpd_agent_name(number), port, hint))


def _transport(layout: Layout, cluster: ClusterSettings, host: str, port: int, hint: str) -> HttpsTransport:
    return HttpsTransport(
        f"https://{host}:{port}",
        ca=layout.ca_certificate,
        certificate=layout.pki / "admin.crt",
        key=layout.pki / "admin.key",
        address=here(cluster),
        hint=hint,
    )
