"""Whether a certificate and its key can be shown to browsers and partners; decided without a look at any file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from zato.core.errors import InvalidInput
from zato.pki.certificate_names import is_host
from zato.pki.certificates import is_for_servers, to_pem
from zato.pki.names import CLUSTER_SNI, LOOPBACK
from zato.pki.private_keys import load_private_key

_RSA_BITS_MIN = 2048
# Browsers know no others
_CURVES = (ec.SECP256R1, ec.SECP384R1)
_WORD = "public certificate"


@dataclass(frozen=True, slots=True)
class PublicPair:
    """A certificate that can be shown, its chain and its key."""

    chain: tuple[x509.Certificate, ...]
    """The server's own first, then who has issued it, and so on."""
    key: PrivateKeyTypes
    names: tuple[str, ...]
    """Host names, in lower case; those that ask for one of them see this certificate."""

    @property
    def certificates_pem(self) -> bytes:
        return b"".join(map(to_pem, self.chain))

    @property
    def pem(self) -> bytes:
        """All of it in one file, so that no half of it is ever read."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + self.certificates_pem


def checked_pair(certificates: bytes, key: bytes, now: datetime) -> PublicPair:
    """Both, as PEM. Raises InvalidInput that says what is wrong: programs and browsers would refuse it later."""
    chain, loaded = _chain(certificates), _key(key)
    leaf = chain[0]
    if leaf.public_key() != loaded.public_key():
        if any(each.public_key() == loaded.public_key() for each in chain[1:]):
            raise _refused("chain-order", "the certificate of the key has to be the first one in the file")
        raise _refused("other-key", "the key is not the certificate's; was one of both files replaced alone?")
    _check_chain(chain)
    _check_times(chain, now)
    return PublicPair(chain, loaded, _names(leaf))


def _refused(code: str, reason: str) -> InvalidInput:
    return InvalidInput(f"The {_WORD} is not taken: {reason}.", code=code)


def _chain(pem: bytes) -> tuple[x509.Certificate, ...]:
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError as error:
        raise _refused(
            "invalid-certificate", "its file is not one or more certificates in PEM (-----BEGIN CERTIFICATE-----)"
        ) from error


def _key(pem: bytes) -> PrivateKeyTypes:
    if b"ENCRYPTED" in pem:
        raise _refused("key-encrypted", "its key has a passphrase, which nobody could type at a restart")
    try:
        key = load_private_key(pem)
    except ValueError as error:
        raise _refused("invalid-key", "the file of its key has not one private key in PEM") from error
    if isinstance(key, rsa.RSAPrivateKey):
        if key.key_size < _RSA_BITS_MIN:
            raise _refused("weak-key", f"its RSA key has {key.key_size} bits, and {_RSA_BITS_MIN} are the least")
    elif not (isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, _CURVES)):
        raise _refused("other-algorithm", "browsers know RSA keys and those of the curves P-256 and P-384 only")
    return key


def _check_chain(chain: Sequence[x509.Certificate]) -> None:
    for position, (certificate, issuer) in enumerate(pairwise(chain), 1):
        try:
            certificate.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature) as error:
            raise _refused(
                "chain-order",
                f"certificate {position} of its file was not issued by certificate {position + 1}; each is followed by "
                "the one that has issued it",
            ) from error


def _check_times(chain: Sequence[x509.Certificate], now: datetime) -> None:
    for certificate in chain:
        who = certificate.subject.rfc4514_string()
        if now >= certificate.not_valid_after_utc:
            raise _refused("expired", f"{who} has expired on {certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC")
        if now < certificate.not_valid_before_utc:
            raise _refused(
                "not-yet-valid", f"{who} is valid from {certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC on"
            )


def _names(leaf: x509.Certificate) -> tuple[str, ...]:
    try:
        server = is_for_servers(leaf)
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = tuple(dict.fromkeys(name.lower() for name in found.get_values_for_type(x509.DNSName)))
    except x509.ExtensionNotFound:
        names = ()
    except ValueError as error:
        raise _refused("invalid-certificate", f"its extensions are not valid ({error})") from error
    else:
        if not server:
            raise _refused("not-for-servers", "it is not for servers (extended key usage)")
    if not names:
        raise _refused("no-names", "it is for no host name (subject alternative name), by which clients ask for it")
    # What the cluster's own clients ask for has to be answered with the cluster's own
    own = [name for name in names if name in LOOPBACK or name == CLUSTER_SNI or not is_host(name)]
    own += [name for name in names if name.startswith("*.") and CLUSTER_SNI.endswith(name[1:])]
    if own:
        raise _refused("own-name", f"it is for {own[0][:120]!r}, which no public certificate can be for")
    return names
