"""What a CA may not have in common with the cluster's own. Pure."""

from __future__ import annotations

import unicodedata

from cryptography import x509


def likeness(certificate: x509.Certificate, own: x509.Certificate) -> str | None:
    """What the certificate has in common with the cluster's CA; None where it cannot be mistaken for it."""
    if folded(certificate.subject) == folded(own.subject):
        return "the name"
    if certificate.public_key() == own.public_key():
        return "the key"
    return "the key identifier" if _identifiers(certificate) & _identifiers(own) else None


def folded(name: x509.Name) -> frozenset[str]:
    """The same for all names that any TLS library takes for the same, and for some that only people would.

    RFC 5280, section 7.1, has libraries compare without regard to case, blanks and kinds of strings. Here kinds of
    attributes, their order, invisible characters and forms of one character make no difference either.
    """
    return frozenset(filter(None, (_text(attribute.value) for attribute in name)))


def _text(value: str | bytes) -> str:
    text = value if isinstance(value, str) else value.decode("latin-1")
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(each for each in folded if unicodedata.category(each)[0] not in "CZ")


def _identifiers(certificate: x509.Certificate) -> frozenset[bytes]:
    """Identifiers of this one's key in certificates that it issues: what it says itself, and what the key makes."""
    computed = x509.SubjectKeyIdentifier.from_public_key(certificate.public_key()).digest
    try:
        said = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return frozenset({computed})
    return frozenset({computed, said})
