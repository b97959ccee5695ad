"""Which certificates a server of the cluster has on a machine of its own."""

from __future__ import annotations

from enum import StrEnum

from zato.pki.authority import Usage
from zato.pki.names import lighttpd_agent_name, lighttpd_name, server_name


class Part(StrEnum):
    """What of a server a certificate is for."""

    LIGHTTPD = "lighttpd"
    LIGHTTPD_AGENT = "lighttpd-agent"
    SERVER = "server"

    def name_of(self, number: int) -> str:
        """The name of server `number`'s certificate: that of its file, and its common name."""
        return _NAMES[self](number)

    @property
    def usage(self) -> Usage:
        return Usage.CLIENT if self is Part.SERVER else Usage.SERVER


_NAMES = {Part.LIGHTTPD: lighttpd_name, Part.LIGHTTPD_AGENT: lighttpd_agent_name, Part.SERVER: server_name}
