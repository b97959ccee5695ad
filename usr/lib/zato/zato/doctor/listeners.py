"""Who answers on a port: a program of the cluster's, by its certificate, or somebody else's."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

from zato.host.ports import from_here
from zato.host.tls import verifying_context

_SECONDS = 2.0
# OpenSSL's codes of a chain that does not end at the authority; an expired one is the certificates' check to say
_UNKNOWN = frozenset((2, 18, 19, 20, 21))


def is_foreign(address: str, port: int, authority: Path) -> bool:
    """Whether something listens there that has no certificate of the cluster's CA. Who says nothing is none."""
    try:
        context = verifying_context(ca_file=authority)
    except OSError:  # the check of the files says so
        return False
    context.check_hostname = False
    try:
        with (
            socket.create_connection((from_here(address), port), _SECONDS) as connection,
            context.wrap_socket(connection),
        ):
            return False
    except ssl.SSLCertVerificationError as error:
        return error.verify_code in _UNKNOWN
    except ssl.SSLError:
        return True
    except OSError:
        return False
