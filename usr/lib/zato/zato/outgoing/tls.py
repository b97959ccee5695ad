"""TLS towards other systems: their certificates are always verified."""

from __future__ import annotations

import os
import ssl
from functools import cache


def client_context(
    ca_certificate: str | None, client_certificate: str | None = None, client_key: str | None = None
) -> ssl.SSLContext:
    """A context that verifies by `ca_certificate` (PEM), or by the machine's authorities where that is None.

    Raises ValueError and ssl.SSLError where a certificate or key cannot be loaded.
    """
    if ca_certificate is None and client_certificate is None:
        return _machines_context()
    context = _context(ca_certificate)
    if client_certificate is not None and client_key is not None:
        # OpenSSL loads a key from a file only; this one exists in memory alone
        descriptor = os.memfd_create("client-certificate", os.MFD_CLOEXEC)
        try:
            with open(descriptor, "w", encoding="utf-8", closefd=False) as file:
                file.write(f"{client_key}\n{client_certificate}")
            context.load_cert_chain(f"/proc/self/fd/{descriptor}")
        finally:
            os.close(descriptor)
    return context


@cache
def _machines_context() -> ssl.SSLContext:
    # Reading the machine's authorities costs 20 ms and half a megabyte: once is enough
    return _context(None)


def _context(ca_certificate: str | None) -> ssl.SSLContext:
    # Remarks between certificates may be in any language; OpenSSL reads ASCII only
    authorities = None if ca_certificate is None else ca_certificate.encode("ascii", "ignore").decode()
    context = ssl.create_default_context(cadata=authorities)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
