"""Who has neither a token nor a certificate of the cluster has the signer, a process of root's, asked for nothing."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from support.client_certificates import ForeignAuthority, sign_with
from support.set_clock import SetClock
from zato.cluster.signing.client import Signs
from zato.cluster.signing.register import Register, Registered, RegisteredToken
from zato.cluster.signing.requests import KeyPairs, new_key_pairs, sign
from zato.cluster.signing.screening import ScreenedSigner
from zato.cluster.signing.signer import Signed, Signer
from zato.cluster.signing.statement import Purpose, Statement, written
from zato.core.errors import Conflict, InvalidInput, Unauthorized, Unavailable, ZatoError
from zato.pki.authority import Authority

HOSTS = ("10.0.0.2", "second.example.com")
PAIRS = new_key_pairs()
REQUESTS = {part.value: text for part, text in PAIRS.requests.items()}


class Counting:
    """A signer that counts what it is asked."""

    def __init__(self, signer: Signs) -> None:
        self._signer = signer
        self.asked = 0
        self.here = True

    def is_here(self) -> bool:
        return self.here

    def enrol(
        self, secret: bytes, hosts: Collection[str], requests: Mapping[str, str], alive: Collection[int] = ()
    ) -> Signed:
        self.asked += 1
        return self._signer.enrol(secret, hosts, requests, alive)

    def renew(self, certificate: str, statement: str, signature: bytes) -> Signed:
        self.asked += 1
        return self._signer.renew(certificate, statement, signature)

    def leave(self, certificate: str, statement: str, signature: bytes) -> int:
        self.asked += 1
        return self._signer.leave(certificate, statement, signature)

    def revoke(self, number: int) -> bool:
        self.asked += 1
        return self._signer.revoke(number)

    def registered(self) -> Registered:
        self.asked += 1
        return self._signer.registered()

    def cancel_token(self, token_id: str) -> RegisteredToken:
        self.asked += 1
        return self._signer.cancel_token(token_id)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def signer(tmp_path: Path, clock: SetClock) -> Signer:
    Authority(tmp_path / "pki", clock).create("zato")
    return Signer(tmp_path / "pki", clock)


@pytest.fixture
def counting(signer: Signer) -> Counting:
    return Counting(signer)


@pytest.fixture
def screened(counting: Counting, tmp_path: Path, clock: SetClock) -> ScreenedSigner:
    return ScreenedSigner(counting, tmp_path / "pki", clock)


def asking(
    clock: SetClock, leaf: str, key: bytes, purpose: Purpose = Purpose.RENEW, requests: dict[str, str] | None = None
) -> tuple[str, str, bytes]:
    text = written(Statement(purpose=purpose, at=clock.now(), requests=REQUESTS if requests is None else requests))
    return leaf, text, sign(key, text.encode())


def servers_own(signed: Signed, pairs: KeyPairs) -> tuple[str, bytes]:
    key = next(key for part, key in pairs.keys.items() if part.value == "server")
    return signed.certificates["server"].split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n", key


def test_a_token_that_is_not_out_is_refused_without_the_signer(
    screened: ScreenedSigner, counting: Counting, signer: Signer, clock: SetClock
) -> None:
    cancelled = signer.new_token(taken={1})
    signer.cancel_token(cancelled.registered.id)
    expired = signer.new_token(taken={1}).secret
    clock.advance(timedelta(hours=1))
    for secret in (b"", b"x", secrets.token_bytes(32), secrets.token_bytes(4000), cancelled.secret, expired):
        with pytest.raises(Unauthorized) as refused:
            screened.enrol(secret, HOSTS, REQUESTS)
        with pytest.raises(Unauthorized) as by_the_signer:
            signer.enrol(secret, HOSTS, REQUESTS)
        assert refused.value.message == by_the_signer.value.message
    assert counting.asked == 0


def test_a_good_token_with_hosts_or_requests_that_are_none_is_refused_without_the_signer(
    screened: ScreenedSigner, counting: Counting, signer: Signer
) -> None:
    token = signer.new_token(taken={1}).secret
    refused: list[tuple[tuple[str, ...], dict[str, str]]] = [
        (("a b",), REQUESTS),
        (HOSTS, {}),
        (HOSTS, {**REQUESTS, "server": "x"}),
    ]
    for hosts, requests in refused:
        with pytest.raises(InvalidInput):
            screened.enrol(token, hosts, requests)
    assert counting.asked == 0
    assert screened.enrol(token, HOSTS, REQUESTS).server == 2
    with pytest.raises(Unauthorized):
        screened.enrol(token, HOSTS, REQUESTS)
    assert counting.asked == 1


def test_what_no_server_of_the_cluster_has_signed_is_refused_without_the_signer(
    screened: ScreenedSigner, counting: Counting, signer: Signer, clock: SetClock, tmp_path: Path
) -> None:
    leaf, key = servers_own(screened.enrol(signer.new_token(taken={1}).secret, HOSTS, REQUESTS), PAIRS)
    good = asking(clock, leaf, key)
    stranger = ForeignAuthority(tmp_path / "stranger", signer._authority.load().subject).issue("server-2")
    other = tmp_path / "other.crt"
    sign_with(tmp_path / "pki" / "ca.crt", tmp_path / "pki" / "ca.key", "admin", other)
    forged = [
        ("", "", b""),
        ("é", *good[1:]),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", *good[1:]),
        (good[0], good[1] + " ", good[2]),
        (good[0], good[1], b"x" * 70),
        asking(clock, leaf, key, Purpose.LEAVE),
        asking(clock, leaf, new_key_pairs().keys[next(iter(PAIRS.keys))]),
        *(asking(clock, path.read_text(), path.with_suffix(".key").read_bytes()) for path in (stranger, other)),
    ]
    counting.asked = 0
    for question in forged:
        with pytest.raises(Unauthorized):
            screened.renew(*question)
    with pytest.raises(Unauthorized):
        screened.leave(*good)
    with pytest.raises(InvalidInput):
        screened.renew(*asking(clock, leaf, key, requests={"server": "x"}))
    clock.advance(timedelta(minutes=6))
    with pytest.raises(Conflict):
        screened.renew(*good)
    clock.advance(timedelta(days=100))
    with pytest.raises(Unauthorized):
        screened.renew(*asking(clock, leaf, key))
    assert counting.asked == 0


def test_what_a_server_has_signed_comes_to_the_signer_so_many_times_a_minute(
    screened: ScreenedSigner, counting: Counting, signer: Signer, clock: SetClock
) -> None:
    leaf, key = servers_own(screened.enrol(signer.new_token(taken={1}).secret, HOSTS, REQUESTS), PAIRS)
    signer.revoke(2)  # which a server cannot know
    counting.asked = 0
    errors = [_error(lambda: screened.renew(*asking(clock, leaf, key))) for _ in range(100)]
    assert counting.asked == 30
    assert [type(error) for error in errors] == [Unauthorized] * 30 + [Unavailable] * 70
    clock.advance(timedelta(minutes=1))
    assert isinstance(_error(lambda: screened.renew(*asking(clock, leaf, key))), Unauthorized)
    assert screened.leave(*asking(clock, leaf, key, Purpose.LEAVE)) == 2


def test_a_machine_without_the_signer_leaves_the_answer_to_others(
    counting: Counting, clock: SetClock, tmp_path: Path, signer: Signer
) -> None:
    """It has no list of tokens."""
    (tmp_path / "elsewhere").mkdir()
    screened = ScreenedSigner(counting, tmp_path / "elsewhere", clock)
    counting.here = False
    assert screened.enrol(signer.new_token(taken={1}).secret, HOSTS, REQUESTS).server == 2


def test_tokens_of_a_restored_register_are_known_again(
    screened: ScreenedSigner, signer: Signer, tmp_path: Path
) -> None:
    token = signer.new_token(taken={1}).secret
    published = tmp_path / "pki" / "tokens.json"
    assert published.stat().st_mode & 0o777 == 0o644
    assert token.hex() not in published.read_text()
    published.unlink()
    with pytest.raises(Unauthorized):
        screened.enrol(token, HOSTS, REQUESTS)
    Register(tmp_path / "pki").publish()
    assert screened.enrol(token, HOSTS, REQUESTS).server == 2


def _error(call: Callable[[], object]) -> ZatoError | None:
    try:
        call()
    except ZatoError as error:
        return error
    return None
