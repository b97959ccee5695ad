"""What a quickstart's processes have in memory together: the process that forks them has it first.

Whoever imports this has their modules. Much else is made at its first use, by each process for itself if not here.
"""

from __future__ import annotations

import importlib
import ssl

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

import zato.quickstart.processes  # noqa: F401 - the modules of all of them
from zato.host.settings import ClusterSettings
from zato.odb.opening import open_odb


def preload(cluster: ClusterSettings) -> None:
    """All that takes megabytes, and does nothing yet: no thread, no connection, no open file."""
    # OpenSSL lists all that it can do; there are two of it, as cryptography brings its own
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    generate_private_key(SECP256R1())
    open_odb(cluster).dispose()  # SQLAlchemy's dialect and the driver
    if cluster.broker:
        importlib.import_module("zato.broker.rabbitmq.broker")
