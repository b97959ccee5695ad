"""By what a cluster's ODB is known."""

from __future__ import annotations

import hashlib
import ssl

from zato.config.secrets import check_value
from zato.core.errors import SetupError
from zato.host.layout import Layout
from zato.odb.cluster_identity import Identity

_END = "-----END CERTIFICATE-----"


def identity_of(layout: Layout, key: bytes | None) -> Identity:
    """What this machine has of the cluster: `key`, that of its secrets, where that is known here, and the CA.

    Raises SetupError where the CA's certificate is none.
    """
    return Identity(None if key is None else check_value(key), _authority(layout))


def _authority(layout: Layout) -> str | None:
    """As zato.pki.certificates.fingerprint has it, in processes that need nothing else of what reads certificates."""
    try:
        pem = layout.ca_certificate.read_text(encoding="ascii")
        der = ssl.PEM_cert_to_DER_cert(pem[pem.index("-----BEGIN") : pem.index(_END) + len(_END)])
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise SetupError(f"{layout.ca_certificate} is no certificate; restore it from a backup.") from error
    return hashlib.sha256(der).hexdigest()
