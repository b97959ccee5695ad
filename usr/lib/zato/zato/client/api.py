"""The admin API as methods. Each returns what the API answered, decoded; errors are those the server raised."""

from __future__ import annotations

import base64
from pathlib import Path

from zato.client.deployments import DeploymentCalls
from zato.client.items import ItemCalls
from zato.client.messages import MessageCalls
from zato.client.people import PeopleCalls
from zato.client.servers import ServerCalls
from zato.client.transport import HttpsTransport, SocketTransport


class ApiClient(ItemCalls, DeploymentCalls, MessageCalls, ServerCalls, PeopleCalls):
    """Talks to one cluster. Threads may share it.

    Raises ZatoError subclasses as the server did, with `cid` set; Unavailable(code="unreachable") when nothing answers.
    """

    @classmethod
    def over_https(
        cls, base_url: str, *, ca: Path, certificate: Path | None = None, key: Path | None = None, hint: str = ""
    ) -> ApiClient:
        """A client known by its certificate. `hint` says how to start what does not answer."""
        return cls(HttpsTransport(base_url, ca=ca, certificate=certificate, key=key, hint=hint))

    @classmethod
    def of_session(cls, base_url: str, token: str, *, ca: Path) -> ApiClient:
        """A client known by the token of a session."""
        transport = HttpsTransport(base_url, ca=ca, certificate=None, key=None)
        return cls(transport, authorization=f"Bearer {token}")

    @classmethod
    def of_user(cls, base_url: str, user: str, password: str, *, ca: Path) -> ApiClient:
        """A client known by a user name and a password."""
        transport = HttpsTransport(base_url, ca=ca, certificate=None, key=None)
        encoded = base64.b64encode(f"{user}:{password}".encode()).decode()
        return cls(transport, authorization=f"Basic {encoded}")

    @classmethod
    def over_socket(cls, path: Path, *, principal: str) -> ApiClient:
        """For Zato's own processes, in the name of `principal`."""
        return cls(SocketTransport(path), principal=principal)
