"""A CA that could be mistaken for the cluster's is not accepted, however it is written."""

from __future__ import annotations

import ctypes
import ssl
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from support.client_certificates import ForeignAuthority
from support.large_primes import certificate_of_dh
from zato.core.errors import SetupError
from zato.pki.authority import Authority
from zato.pki.certificates import load_certificate, to_pem
from zato.pki.clients import client_authorities
from zato.pki.likeness import folded

KINDS = (
    _ASN1Type.UTF8String,
    _ASN1Type.PrintableString,
    _ASN1Type.IA5String,
    _ASN1Type.VisibleString,
    _ASN1Type.T61String,
    _ASN1Type.BMPString,
    _ASN1Type.UniversalString,
)
WIDE = (_ASN1Type.UTF8String, _ASN1Type.BMPString, _ASN1Type.UniversalString)


@pytest.fixture
def pki(tmp_path: Path) -> Path:
    Authority(tmp_path / "pki").create("zato")
    (tmp_path / "pki" / "clients").mkdir()
    return tmp_path / "pki"


def accept(pki: Path, *certificates: bytes) -> bytes:
    (pki / "clients" / "partner.crt").write_bytes(b"".join(certificates))
    return client_authorities(pki)


def rewritten(name: x509.Name, values: Iterable[str], kind: _ASN1Type = _ASN1Type.UTF8String) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(each.oid, value, _type=kind, _validate=False)
            for each, value in zip(name, values, strict=True)
        ]
    )


def own_name(pki: Path) -> x509.Name:
    return load_certificate(pki / "ca.crt").subject


def values_of(name: x509.Name) -> list[str]:
    return [str(each.value) for each in name]


def check_refused(pki: Path, name: x509.Name, *, parent: ForeignAuthority | None = None) -> None:
    with pytest.raises(SetupError, match=r"partner\.crt has a CA with the name of the cluster's own CA"):
        accept(pki, ForeignAuthority(pki.parent / "impostor", name, parent=parent).pem)


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_in_other_kinds_of_strings_is_the_same(pki: Path, kind: _ASN1Type) -> None:
    check_refused(pki, rewritten(own_name(pki), values_of(own_name(pki)), kind))


@pytest.mark.parametrize(
    "form",
    [
        " {}",
        "{}  ",
        "\t{}\r\n",
        "\v{}\f",
        "{}\0",
        "\u200b{}",
        "{}\u00a0",
        "\u202e{}",
        "\ufeff{}",
        "{}\x7f",
        "\u3000{}",
        "{}\u00ad",
    ],
)
def test_blanks_and_invisible_characters_make_no_difference(pki: Path, form: str) -> None:
    check_refused(pki, rewritten(own_name(pki), (form.format(value) for value in values_of(own_name(pki)))))


def test_case_and_forms_of_characters_make_no_difference(pki: Path) -> None:
    values = values_of(own_name(pki))
    check_refused(pki, rewritten(own_name(pki), (value.swapcase() for value in values)))
    wide = ["".join(chr(ord(each) + 0xFEE0) for each in value) for value in values]
    check_refused(pki, rewritten(own_name(pki), wide))


def test_kinds_of_attributes_their_order_and_repetition_make_no_difference(pki: Path) -> None:
    own = list(own_name(pki))
    check_refused(pki, x509.Name(own[::-1]))
    check_refused(pki, x509.Name([*own, own[0]]))
    check_refused(pki, x509.Name([x509.RelativeDistinguishedName(own)]))
    other = [x509.NameAttribute(NameOID.PSEUDONYM, each.value) for each in own]
    check_refused(pki, x509.Name(other))
    check_refused(pki, x509.Name([*own, x509.NameAttribute(NameOID.TITLE, " ", _validate=False)]))


def test_an_intermediate_ca_with_the_name_is_refused_too(pki: Path) -> None:
    parent = ForeignAuthority(pki.parent / "parent", "Partner")
    impostor = ForeignAuthority(pki.parent / "impostor", own_name(pki), parent=parent)
    with pytest.raises(SetupError, match="the name of the cluster's own CA"):
        accept(pki, parent.pem, impostor.pem)


def test_a_ca_with_the_clusters_key_or_key_identifier_is_refused(pki: Path) -> None:
    own = load_certificate(pki / "ca.crt")
    key = own.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    parent = ForeignAuthority(pki.parent / "parent", "Partner")
    crossed = ForeignAuthority(pki.parent / "crossed", "Other", parent=parent, public_key=key, identifier=b"other")
    with pytest.raises(SetupError, match="the key of the cluster's own CA"):
        accept(pki, crossed.pem)
    identifier = own.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    named = ForeignAuthority(pki.parent / "named", "Other", identifier=identifier)
    with pytest.raises(SetupError, match="the key identifier of the cluster's own CA"):
        accept(pki, named.pem)


def test_the_clusters_own_ca_is_not_accepted_twice(pki: Path) -> None:
    with pytest.raises(SetupError, match="the name of the cluster's own CA"):
        accept(pki, to_pem(load_certificate(pki / "ca.crt")))


def test_other_cas_are_accepted_several_in_a_file_too(pki: Path) -> None:
    parent = ForeignAuthority(pki.parent / "parent", "Zato")
    issuing = ForeignAuthority(pki.parent / "issuing", "Partner", parent=parent)
    assert accept(pki, parent.pem, issuing.pem).count(b"BEGIN CERTIFICATE") == 3


# Of the same length, so that only this differs
def test_a_certificate_whose_key_signs_nothing_is_refused_at_once(pki: Path) -> None:
    before = time.thread_time()
    with pytest.raises(SetupError, match="its key is of a kind that signs nothing"):
        accept(pki, certificate_of_dh().encode())
    assert time.thread_time() - before < 1


@pytest.mark.parametrize("written", [b"\xff\xfe", b"\xd8"])
def test_a_ca_whose_name_cannot_be_read_is_refused(pki: Path, written: bytes) -> None:
    text = "x" * len(written)
    made = ForeignAuthority(pki.parent / "odd", text).certificate.public_bytes(Encoding.DER)
    length = bytes([len(written)])
    broken = made.replace(b"\x0c" + length + text.encode(), b"\x0c" + length + written)
    assert broken != made
    with pytest.raises(SetupError, match=r"partner\.crt"):
        accept(pki, ssl.DER_cert_to_PEM_cert(broken).encode())


_BLANKS = st.text(" \t\n\x0b\x0c\r", max_size=2)
_WORDS = st.lists(st.text("aAbBzZ09-.éÉß\u00a0", min_size=1, max_size=3), min_size=1, max_size=2)
_ATTRIBUTES = st.lists(st.tuples(st.sampled_from([NameOID.COMMON_NAME, NameOID.TITLE]), _WORDS), min_size=1, max_size=2)


@st.composite
def _written(draw: st.DrawFn, attributes: list[tuple[x509.ObjectIdentifier, list[str]]]) -> x509.Name:
    """The attributes with blanks, case and kinds of strings of any sort."""
    made = []
    for oid, words in attributes:
        cased = [draw(st.sampled_from([word, word.swapcase()])) for word in words]
        text = draw(_BLANKS) + (draw(_BLANKS) + " ").join(cased) + draw(_BLANKS)
        kind = draw(st.sampled_from(KINDS if text.isascii() else WIDE))
        made.append(x509.NameAttribute(oid, text, _type=kind, _validate=False))
    return x509.Name(made)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_what_openssl_takes_for_the_same_name_is_the_same_here(data: st.DataObject) -> None:
    attributes = data.draw(_ATTRIBUTES)
    one, other = data.draw(_written(attributes)), data.draw(_written(attributes))
    if _same_for_openssl(one, other):
        assert folded(one) == folded(other)


def test_openssl_takes_names_for_the_same_indeed() -> None:
    one = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "zato")])
    other = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, " ZATO", _type=_ASN1Type.BMPString)])
    assert _same_for_openssl(one, other)
    assert not _same_for_openssl(one, x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "zato2")]))


def _same_for_openssl(one: x509.Name, other: x509.Name) -> bool:
    library = ctypes.CDLL("libcrypto.so.3")
    library.d2i_X509_NAME.restype = ctypes.c_void_p
    library.d2i_X509_NAME.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_char_p), ctypes.c_long]
    library.X509_NAME_cmp.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    library.X509_NAME_free.argtypes = [ctypes.c_void_p]
    read = []
    for name in (one, other):
        der = name.public_bytes()
        read.append(library.d2i_X509_NAME(None, ctypes.byref(ctypes.c_char_p(der)), len(der)))
    same = all(read) and library.X509_NAME_cmp(*read) == 0
    for each in read:
        library.X509_NAME_free(each)
    return same
