"""TLS towards other systems: their certificates are always verified."""

from __future__ import annotations

import os
import ssl
from functools import cache

from zato.host.tls import breaks_a_rule_only, verifying_context


def client_context(
    ca_certificate: str | None,
    client_certificate: str | None = None,
    client_key: str | None = None,
    *,
    strict: bool,
) -> ssl.SSLContext:
    """A context that verifies by `ca_certificate` (PEM), or by the machine's authorities where that is None.

    Raises ValueError and ssl.SSLError where a certificate or key cannot be loaded.
    """
    if ca_certificate is None and client_certificate is None:
        return _machines_context(strict)
    context = _context(ca_certificate, strict)
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
def _machines_context(strict: bool) -> ssl.SSLContext:
    # Reading the machine's authorities costs 20 ms and half a megabyte: once is enough
    return _context(None, strict)


def _context(ca_certificate: str | None, strict: bool) -> ssl.SSLContext:
    # Remarks between certificates may be in any language; OpenSSL reads ASCII only
    authorities = None if ca_certificate is None else ca_certificate.encode("ascii", "ignore").decode()
    return verifying_context(ca_pem=authorities, strict=strict)


def refusal(error: ssl.SSLCertVerificationError, *, strict: bool) -> str:
    """Why the certificate is not accepted and, where that is the item's own choice, what to do."""
    said = f"the certificate is not accepted: {error.verify_message}".rstrip(".")
    if not (strict and breaks_a_rule_only(error)):
        return said
    return (
        f"{said}; it, or its authority, breaks a rule of RFC 5280, and strict_certificates of this connection is true: "
        "have it issued anew, or set strict_certificates to false"
    )
