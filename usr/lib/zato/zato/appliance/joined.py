"""A machine that has joined a cluster asks it, by its own certificate, for new ones, and to be let go."""

from __future__ import annotations

import base64
import sys
from datetime import UTC, datetime

from zato.appliance import certificates
from zato.appliance.create import alone
from zato.client.api import ApiClient
from zato.client.balancer import joined_transport
from zato.client.signing import by_the_signer
from zato.cluster.signing.parts import Part
from zato.cluster.signing.requests import new_key_pairs, sign
from zato.cluster.signing.statement import Purpose, Statement, written
from zato.core.errors import SetupError, Unauthorized
from zato.host.credentials import handed_over
from zato.host.layout import APPLIANCE_LAYOUT as LAYOUT
from zato.host.layout import Layout
from zato.host.settings import load_cluster


def renew() -> None:
    """Renews what is due; lighttpd's agent sees the new certificate by itself."""
    if LAYOUT.settings.exists() and load_cluster(LAYOUT).has_joined and certificates.due(LAYOUT):
        renew_now()


def renew_now(client: ApiClient | None = None, layout: Layout = LAYOUT) -> None:
    """Renews all certificates of this machine. Raises SetupError that says what to do where the cluster refuses."""
    number = certificates.joined_number(layout)
    pairs = new_key_pairs()
    requests = {part.value: request for part, request in pairs.requests.items()}
    signed = _signed(layout, number, Statement(purpose=Purpose.RENEW, at=datetime.now(UTC), requests=requests))
    api = client or cluster_client()
    try:
        found = by_the_signer(lambda: api.renew_certificates(signed))
    except Unauthorized as error:
        raise SetupError(
            f"The cluster does not renew the certificates of server {number}: they have expired or were revoked. On "
            f"its first machine run: zato server create --token --replace {number}, then here: zato server join TOKEN",
            code="renewal-refused",
        ) from error
    with alone():
        certificates.keep(layout, number, found["certificates"], pairs.keys)
    print(f"Renewed: the certificates of server {number}", file=sys.stderr)  # noqa: T201 - for the journal


def deregister(number: int, client: ApiClient | None = None, layout: Layout = LAYOUT) -> None:
    """The server is none of the cluster any more, and its certificates are revoked; where that was so it stays so.

    Raises SetupError that says what to do where the cluster refuses: it may still have the server.
    """
    signed = _signed(layout, number, Statement(purpose=Purpose.LEAVE, at=datetime.now(UTC)))
    api = client or cluster_client()
    try:
        by_the_signer(lambda: api.leave(signed))
    except Unauthorized as error:
        raise SetupError(
            f"The cluster does not believe this machine that it is server {number}: its certificates have expired, or "
            "another machine has its place. To remove what is here of the cluster run: zato server leave --force; "
            f"where the cluster has the server still and it is dead, run on the first machine: zato server remove "
            f"{number}",
            code="leaving-refused",
        ) from error


def cluster_client() -> ApiClient:
    """The cluster's admin API, as nobody."""
    return ApiClient(joined_transport(LAYOUT.ca_certificate, load_cluster(LAYOUT)))


def _signed(layout: Layout, number: int, statement: Statement) -> dict[str, str]:
    path = layout.pki / f"{Part.SERVER.name_of(number)}.crt"
    key = path.with_suffix(".key")
    text = written(statement)
    try:
        leaf, _, _ = path.read_text(encoding="ascii").partition("-----END CERTIFICATE-----")
        signature = sign((handed_over(key) or key).read_bytes(), text.encode())
    except OSError as error:
        raise SetupError(f"{error.filename} cannot be read: {error.strerror}. Run this as root.") from error
    return {
        "certificate": f"{leaf}-----END CERTIFICATE-----\n",
        "statement": text,
        "signature": base64.urlsafe_b64encode(signature).decode(),
    }
