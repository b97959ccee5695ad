"""What machines ask the signer for, and what they get."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from support.set_clock import SetClock
from zato.cluster.signing.requests import KeyPairs, sign
from zato.cluster.signing.signer import Signed, Signer
from zato.cluster.signing.statement import Purpose, Statement, written

HOSTS = ("10.0.0.2", "second.example.com")


def requests_of(pairs: KeyPairs) -> dict[str, str]:
    return {part.value: text for part, text in pairs.requests.items()}


def joined(signer: Signer, pairs: KeyPairs, hosts: tuple[str, ...] = HOSTS) -> Signed:
    return signer.enrol(signer.new_token(taken={1}).secret, hosts, requests_of(pairs))


def asking(
    signed: Signed, pairs: KeyPairs, clock: SetClock, purpose: Purpose, requests: dict[str, str] | None = None
) -> tuple[str, str, bytes]:
    text = written(Statement(purpose=purpose, at=clock.now(), requests=requests or {}))
    key = next(key for part, key in pairs.keys.items() if part.value == "server")
    leaf = signed.certificates["server"].split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
    return leaf, text, sign(key, text.encode())


def leaf_of(signed: Signed, part: str) -> x509.Certificate:
    return x509.load_pem_x509_certificates(signed.certificates[part].encode())[0]


def common_name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def foreign_request() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "haproxy")])
    builder = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(subject)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("bank.example.com")]), critical=False)
    )
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()
