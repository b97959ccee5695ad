"""The CA of a cluster that this machine knows by a fingerprint only."""

from __future__ import annotations

import subprocess

from cryptography import x509

from zato.core.errors import SetupError, Unavailable
from zato.pki.certificates import fingerprint, to_pem
from zato.pki.names import CLUSTER_SNI

_SECONDS = 15.0


def authority_at(address: str, port: int, wanted: str) -> bytes:
    """The CA certificate with this fingerprint, as PEM, from the chain that the balancer shows; nothing is sent to it.

    Raises Unavailable where nothing answers, and SetupError where the CA is another one.
    """
    place, shown = _shown(address, port)
    found = next((each for each in shown if fingerprint(each) == wanted), None)
    if found is None:
        raise SetupError(
            f"What answers at {place} is not the cluster of the token: its CA is another one. Nothing was sent to it.",
            code="other-authority",
        )
    return to_pem(found)


def authority_shown(address: str, port: int) -> tuple[bytes, str]:
    """The CA certificate of the chain that the balancer shows, as PEM, and its fingerprint; nothing is sent to it.

    That it is the one is for somebody else to say. Raises Unavailable where nothing answers, SetupError without a CA.
    """
    place, shown = _shown(address, port)
    found = next((each for each in reversed(shown) if each.subject == each.issuer), None)
    if found is None:
        raise SetupError(
            f"What answers at {place} does not show its CA; give the CA's certificate with --ca FILE.",
            code="authority-unknown",
        )
    return to_pem(found), fingerprint(found)


def _shown(address: str, port: int) -> tuple[str, list[x509.Certificate]]:
    place = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    command = ["openssl", "s_client", "-connect", place, "-servername", CLUSTER_SNI, "-showcerts"]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"{place} has not answered within {_SECONDS:.0f} s.", code="unreachable") from error
    try:
        shown = x509.load_pem_x509_certificates(done.stdout)
    except ValueError as error:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise Unavailable(
            f"No balancer answers at {place} over TLS ({said[-1] if said else 'no reason given'}). Can this machine "
            "reach it, and is the port open?",
            code="unreachable",
        ) from error
    return place, shown
