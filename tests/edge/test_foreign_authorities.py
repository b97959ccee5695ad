"""CAs that look like the cluster's: nobody whom they vouch for is of the cluster, even where they were let in.

They are put into the files of HAProxy and lighttpd by hand here, past the refusal that they meet when they are
configured: what decides is the key of the cluster's CA.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator

import pytest
from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from support.client_certificates import ForeignAuthority, sign_with
from support.edge import BALANCER, DIRECT, Edge
from support.spoofed import FINGERPRINT
from zato.agent.haproxy.names import client_authorities_file
from zato.agent.lighttpd.names import CLIENT_CA
from zato.pki.certificates import fingerprint, load_certificate


def _changed(change: Callable[[str], str]) -> Callable[[x509.Name], x509.Name]:
    return lambda own: x509.Name([x509.NameAttribute(each.oid, change(str(each.value))) for each in own])


def _kind(kind: _ASN1Type) -> Callable[[x509.Name], x509.Name]:
    return lambda own: x509.Name([x509.NameAttribute(each.oid, each.value, _type=kind) for each in own])


NAMES: dict[str, Callable[[x509.Name], x509.Name]] = {
    "same": lambda own: own,
    "blank": _changed(lambda text: f" {text}"),
    "tabs": _changed(lambda text: f"\t{text}\n"),
    "case": _changed(str.swapcase),
    "bmp": _kind(_ASN1Type.BMPString),
    "universal": _kind(_ASN1Type.UniversalString),
    "t61": _kind(_ASN1Type.T61String),
    "printable": _kind(_ASN1Type.PrintableString),
}
"""Names that OpenSSL takes for the cluster's, by what is other than there."""


@pytest.fixture(scope="module")
def impostors(attacked: Edge) -> dict[str, ForeignAuthority]:
    own = load_certificate(attacked.layout.ca_certificate)
    return {
        how: ForeignAuthority(attacked.directory / how, make(own.subject), issues_as=own.subject)
        for how, make in NAMES.items()
    }


@pytest.fixture(scope="module")
def attacked() -> Iterator[Edge]:
    made = Edge()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def chain(attacked: Edge, impostors: dict[str, ForeignAuthority]) -> Edge:
    """With all of them in the files of CAs; the cluster's own comes first, as it always does."""
    for path in (client_authorities_file(attacked.layout), attacked.server.lighttpd / CLIENT_CA):
        path.write_bytes(path.read_bytes() + b"".join(each.pem for each in impostors.values()))
    return attacked.start()


@pytest.mark.parametrize("how", NAMES)
def test_nobody_becomes_administrator(chain: Edge, impostors: dict[str, ForeignAuthority], door: str, how: str) -> None:
    path = impostors[how].issue("admin")
    environ = chain.get("/echo", door, certificate=path).environ
    assert environ["HTTP_X_ZATO_TLS_CLIENT"] == fingerprint(load_certificate(path))
    assert "HTTP_X_ZATO_TLS_SUBJECT" not in environ


@pytest.mark.parametrize("how", NAMES)
def test_nobody_becomes_haproxy(chain: Edge, impostors: dict[str, ForeignAuthority], how: str) -> None:
    path = impostors[how].issue("haproxy")
    headers = {
        "X-Zato-Client-Cert-SHA256": FINGERPRINT,
        "X-Zato-Client-Cert-Subject": "CN%3dadmin",
        "X-Zato-Client-Address": "10.77.66.55",
    }
    environ = chain.get("/echo", DIRECT, certificate=path, headers=headers).environ
    assert environ["HTTP_X_ZATO_TLS_CLIENT"] == fingerprint(load_certificate(path))
    assert environ["HTTP_X_ZATO_PEER"] == "127.0.0.1"
    assert "HTTP_X_ZATO_TLS_SUBJECT" not in environ


@pytest.mark.parametrize("padding_bytes", [1_000, 2_500, 3_500, 10_000])
def test_nobody_becomes_administrator_by_a_large_certificate(
    chain: Edge, impostors: dict[str, ForeignAuthority], door: str, padding_bytes: int
) -> None:
    """HAProxy shows lighttpd no more than a few kilobytes."""
    path = impostors["blank"].issue("admin", padding_bytes=padding_bytes)
    environ = chain.get("/echo", door, certificate=path).environ
    assert environ["HTTP_X_ZATO_TLS_CLIENT"] == fingerprint(load_certificate(path))
    assert "HTTP_X_ZATO_TLS_SUBJECT" not in environ


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_nobody_becomes_administrator_by_resuming_a_session(
    chain: Edge, impostors: dict[str, ForeignAuthority], door: str, version: ssl.TLSVersion
) -> None:
    path = impostors["blank"].issue("admin")
    context = ssl.create_default_context(cafile=chain.layout.ca_certificate)
    context.load_cert_chain(path, path.with_suffix(".key"))
    context.minimum_version = context.maximum_version = version
    session: ssl.SSLSession | None = None
    resumed: list[bool | None] = []
    for _ in range(3):
        with chain.connect(door, context=context, session=session) as connection:
            connection.sendall(b"GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            received = b"".join(iter(lambda: connection.recv(65536), b""))
            session, resumed = connection.session, [*resumed, connection.session_reused]
        assert fingerprint(load_certificate(path)).encode() in received
        assert b"HTTP_X_ZATO_TLS_SUBJECT" not in received
    assert any(resumed) or door == BALANCER


def test_beside_them_the_clusters_own_clients_are_who_they_are(chain: Edge, door: str) -> None:
    for _ in range(3):
        environ = chain.get("/echo", door, certificate=chain.layout.pki / "admin.crt").environ
        assert environ["HTTP_X_ZATO_TLS_SUBJECT"] == "CN%3Dadmin"


@pytest.mark.parametrize(
    "subject",
    [
        x509.Name(
            [
                x509.RelativeDistinguishedName(
                    [
                        x509.NameAttribute(NameOID.COMMON_NAME, "admin"),
                        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Zato"),
                    ]
                )
            ]
        ),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name) for name in ("admin", "admin")]),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, " admin")]),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "admin\0")]),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "admin", _type=_ASN1Type.BMPString)]),
        x509.Name([x509.NameAttribute(NameOID.SURNAME, "admin")]),
        x509.Name([]),
    ],
    ids=["multi-valued", "twice", "blank", "nul", "bmp", "surname", "empty"],
)
def test_a_subject_of_another_form_is_no_name(chain: Edge, door: str, subject: x509.Name) -> None:
    """Even where the cluster's own key has signed for it."""
    path = chain.directory / "odd.crt"
    sign_with(chain.layout.ca_certificate, chain.layout.pki / "ca.key", subject, path)
    environ = chain.get("/echo", door, certificate=path).environ
    assert environ["HTTP_X_ZATO_TLS_CLIENT"] == fingerprint(load_certificate(path))
    assert "HTTP_X_ZATO_TLS_SUBJECT" not in environ


def test_nobody_becomes_administrator_by_a_ca_with_the_clusters_key_identifier(own_edge: Edge, door: str) -> None:
    """Of several CAs of one name OpenSSL takes the one whose key is called as the certificate says."""
    own = load_certificate(own_edge.layout.ca_certificate)
    identifier = own.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    made = ForeignAuthority(
        own_edge.directory / "twin", NAMES["blank"](own.subject), issues_as=own.subject, identifier=identifier
    )
    for program, path in (
        ("haproxy", client_authorities_file(own_edge.layout)),
        ("lighttpd", own_edge.server.lighttpd / CLIENT_CA),
    ):
        path.write_bytes(made.pem + path.read_bytes())
        own_edge.stop_program(program)
    own_edge.start_programs()
    for name in ("admin", "haproxy"):
        answer = own_edge.get(
            "/echo", door, certificate=made.issue(name), headers={"X-Zato-Client-Address": "10.7.7.7"}
        )
        environ = answer.environ if answer.status else {}
        assert "HTTP_X_ZATO_TLS_SUBJECT" not in environ
        assert environ.get("HTTP_X_ZATO_PEER", "127.0.0.1") == "127.0.0.1"
