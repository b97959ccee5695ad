"""How the certificates of others are verified: the same on every Python that Zato runs on.

Python 3.13 began to check more by itself than the versions before, and than OpenSSL, HAProxy, lighttpd and databases'
own libraries do. What is checked is therefore said here, for all connections that Zato opens.
"""

from __future__ import annotations

import ssl
from pathlib import Path

# What OpenSSL refuses with VERIFY_X509_STRICT (x509_vfy.h): the first also without it, where it is no authority at all
_STRICT_CODES = range(79, 94)


def verifying_context(
    *, ca_file: Path | str | None = None, ca_pem: str | None = None, strict: bool = False
) -> ssl.SSLContext:
    """A client's context: TLS 1.2 at least, certificate and host name verified.

    It goes by the authorities that are given, or by this machine's where none are. Any certificate that is given is
    believed, so that one in the middle of a chain will do. `strict` refuses what breaks a rule of RFC 5280 though it
    leaves no doubt, such as an authority whose key usage does not say so.
    Raises OSError, ssl.SSLError among them, and ValueError where authorities cannot be loaded.
    """
    context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file), cadata=ca_pem)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags = ssl.VERIFY_X509_TRUSTED_FIRST | ssl.VERIFY_X509_PARTIAL_CHAIN
    if strict:
        context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def breaks_a_rule_only(error: ssl.SSLCertVerificationError) -> bool:
    """Whether a `strict` verification has failed by what others let pass, as far as that can be told."""
    return error.verify_code in _STRICT_CODES


def is_strict(context: ssl.SSLContext | None) -> bool:
    """Whether it verifies as `strict` says."""
    return context is not None and bool(context.verify_flags & ssl.VERIFY_X509_STRICT)
