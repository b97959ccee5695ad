"""What a machine that has joined asks of its cluster, by its own certificate: new ones, and to be let go."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from zato.client.api import ApiClient
from zato.client.balancer import joined_transport
from zato.client.signing import by_the_signer
from zato.cluster.signing.parts import Part
from zato.cluster.signing.requests import new_key_pairs, sign
from zato.cluster.signing.statement import Purpose, Statement, written
from zato.core.errors import SetupError, Unauthorized
from zato.host.layout import Layout
from zato.host.settings import load_cluster
from zato.host.systemd import handed_over


@dataclass(frozen=True, slots=True)
class Renewed:
    """Certificates, and the new keys that they are for; none of it is on the disk yet."""

    certificates: Mapping[str, str]
    keys: Mapping[Part, bytes]


def cluster_of(layout: Layout) -> ApiClient:
    """The cluster's admin API, as nobody."""
    return ApiClient(joined_transport(layout.ca_certificate, load_cluster(layout)))


def renewed(cluster: ApiClient, layout: Layout, number: int) -> Renewed:
    """New certificates of server `number`. Raises SetupError that says what to do where the cluster refuses."""
    pairs = new_key_pairs()
    requests = {part.value: request for part, request in pairs.requests.items()}
    signed = _signed(layout, number, Statement(purpose=Purpose.RENEW, at=datetime.now(UTC), requests=requests))
    try:
        found = by_the_signer(lambda: cluster.renew_certificates(signed))
    except Unauthorized as error:
        raise SetupError(
            f"The cluster does not renew the certificates of server {number}: they have expired or were revoked. On "
            f"its first machine run: zato server create --token --replace {number}, then here: zato server join TOKEN",
            code="renewal-refused",
        ) from error
    return Renewed(found["certificates"], pairs.keys)


def deregister(cluster: ApiClient, layout: Layout, number: int) -> None:
    """The server is none of the cluster any more, and its certificates are revoked; where that was so it stays so.

    Raises SetupError that says what to do where the cluster refuses: it may still have the server.
    """
    signed = _signed(layout, number, Statement(purpose=Purpose.LEAVE, at=datetime.now(UTC)))
    try:
        by_the_signer(lambda: cluster.leave(signed))
    except Unauthorized as error:
        raise SetupError(
            f"The cluster does not believe this machine that it is server {number}: its certificates have expired, or "
            "another machine has its place. To remove what is here of the cluster run: zato server leave --force; "
            f"where the cluster has the server still and it is dead, run on the first machine: zato server remove "
            f"{number}",
            code="leaving-refused",
        ) from error


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
