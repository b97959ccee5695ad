"""Who this process is to RabbitMQ."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from zato.core.errors import SetupError
from zato.host.tls import verifying_context


@dataclass(frozen=True, slots=True)
class TlsIdentity:
    """PEM files: a client certificate whose common name is the user, its key, and the CA of RabbitMQ's certificate."""

    authority: Path
    certificate: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """Reads the files anew, as certificates are renewed. Raises SetupError where they cannot be used."""
        try:
            context = verifying_context(ca_file=self.authority)
            context.load_cert_chain(self.certificate, self.key)
        except OSError as error:  # SSLError is one
            raise SetupError(
                f"The certificate for RabbitMQ cannot be used ({self.certificate}, {self.authority}): {error}.",
                code="invalid-broker-tls",
            ) from error
        return context
