"""Servers renew their certificates, leave, and make room for others."""

from __future__ import annotations

import base64
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from support.set_clock import SetClock
from support.signing import HOSTS, asking, joined, leaf_of, requests_of
from zato.cluster.signing.client import answer
from zato.cluster.signing.requests import new_key_pairs
from zato.cluster.signing.signer import Signer
from zato.cluster.signing.statement import Purpose
from zato.core.errors import Conflict, SetupError, Unauthorized
from zato.pki.authority import Authority, Usage
from zato.pki.certificates import hosts_of


def test_a_server_renews_its_own_certificates_for_the_hosts_that_it_joined_with(
    signer: Signer, clock: SetClock
) -> None:
    pairs, new = new_key_pairs(), new_key_pairs()
    first = joined(signer, pairs)
    renewed = signer.renew(*asking(first, pairs, clock, Purpose.RENEW, requests_of(new)))
    assert renewed.server == 2
    assert hosts_of(leaf_of(renewed, "lighttpd")) == hosts_of(leaf_of(first, "lighttpd"))
    assert leaf_of(renewed, "server") != leaf_of(first, "server")
    # An answer that got lost leaves a server with the certificate that it had
    assert signer.renew(*asking(first, pairs, clock, Purpose.RENEW, requests_of(new_key_pairs()))).server == 2


def test_renewing_takes_a_valid_certificate_and_a_fresh_signature_for_just_that(
    signer: Signer, clock: SetClock, tmp_path: Path
) -> None:
    pairs = new_key_pairs()
    signed = joined(signer, pairs)
    wanted = requests_of(new_key_pairs())
    leaf, text, signature = asking(signed, pairs, clock, Purpose.RENEW, wanted)
    lighttpd = signed.certificates["lighttpd"]
    another = Authority(tmp_path / "pki", clock).issue("server-2", usage=Usage.CLIENT)
    stranger = another.public_bytes(Encoding.PEM).decode()
    leaving = asking(signed, pairs, clock, Purpose.LEAVE)
    for case in (
        (leaf, text.replace("renew", "leave"), signature),
        (leaf, text + " ", signature),
        (leaf, text, b"no signature"),
        (lighttpd, text, signature),
        (stranger, text, signature),
        ("no certificate", text, signature),
        leaving,
    ):
        with pytest.raises(Unauthorized):
            signer.renew(*case)
    clock.advance(timedelta(minutes=6))
    with pytest.raises(Conflict) as refused:
        signer.renew(leaf, text, signature)
    assert refused.value.code == "clock-differs"
    clock.advance(timedelta(days=90))
    with pytest.raises(Unauthorized):
        signer.renew(*asking(signed, pairs, clock, Purpose.RENEW, wanted))


def test_what_was_revoked_renews_nothing(signer: Signer, clock: SetClock) -> None:
    pairs = new_key_pairs()
    signed = joined(signer, pairs)
    assert signer.revoke(2)
    assert not signer.revoke(2)
    assert not signer.revoke(7)
    with pytest.raises(Unauthorized):
        signer.renew(*asking(signed, pairs, clock, Purpose.RENEW, requests_of(new_key_pairs())))


def test_a_server_that_leaves_is_revoked_and_cannot_come_back_by_itself(signer: Signer, clock: SetClock) -> None:
    pairs = new_key_pairs()
    signed = joined(signer, pairs)
    assert signer.leave(*asking(signed, pairs, clock, Purpose.LEAVE)) == 2
    with pytest.raises(Unauthorized):
        signer.renew(*asking(signed, pairs, clock, Purpose.RENEW, requests_of(new_key_pairs())))
    assert not any(server.is_member(clock.now()) for server in signer.registered().servers)


def test_leaving_is_repeated_until_the_number_is_another_servers(signer: Signer, clock: SetClock) -> None:
    pairs = new_key_pairs()
    signed = joined(signer, pairs)
    for _ in range(2):
        assert signer.leave(*asking(signed, pairs, clock, Purpose.LEAVE)) == 2
    joined(signer, new_key_pairs())
    with pytest.raises(Unauthorized):
        signer.leave(*asking(signed, pairs, clock, Purpose.LEAVE))


def test_leaving_is_not_repeated_once_this_machine_has_the_number(signer: Signer, clock: SetClock) -> None:
    pairs = new_key_pairs()
    signed = joined(signer, pairs)
    with pytest.raises(SetupError, match=r"another machine, 10\.0\.0\.2.*zato server remove 2"):
        signer.claim(2)
    signer.revoke(2)
    signer.claim(2)
    with pytest.raises(Unauthorized):
        signer.leave(*asking(signed, pairs, clock, Purpose.LEAVE))


def test_the_number_of_a_token_that_can_be_used_is_not_started_here(signer: Signer, clock: SetClock) -> None:
    token = signer.new_token(taken={1})
    signer.claim(1)
    with pytest.raises(SetupError, match=f"zato server cancel {token.registered.id}") as refused:
        signer.claim(2)
    assert refused.value.code == "number-reserved"
    signer.cancel_token(token.registered.id)
    signer.claim(2)
    signer.new_token(taken={1})
    clock.advance(timedelta(hours=1))
    signer.claim(2)


def test_the_number_of_a_server_that_is_alive_goes_to_no_other_machine(signer: Signer) -> None:
    joined(signer, new_key_pairs())
    asked = requests_of(new_key_pairs())
    replacing = signer.new_token(taken={1, 2}, replaces=2)
    fresh = signer.new_token(taken={1, 2})
    for token, number, word in (
        (replacing, 2, "systemctl stop zato-server@2"),
        (fresh, 3, "zato server create --token"),
    ):
        with pytest.raises(Conflict, match=word) as refused:
            signer.enrol(token.secret, ("10.0.0.9",), asked, alive={1, 2, 3})
        assert refused.value.code == "server-alive"
        assert signer.enrol(token.secret, (f"10.0.1.{number}",), asked, alive={1}).server == number  # was not spent


def test_the_signer_is_told_who_is_alive_through_its_socket(signer: Signer) -> None:
    token = signer.new_token(taken={1})
    question = {
        "type": "enrol",
        "secret": base64.b64encode(token.secret).decode(),
        "hosts": HOSTS,
        "requests": requests_of(new_key_pairs()),
        "alive": [2],
    }
    said = io.BytesIO()
    answer(signer, io.BytesIO(json.dumps(question).encode() + b"\n"), said)
    assert json.loads(said.getvalue())["code"] == "server-alive"


def test_a_machine_takes_the_place_of_its_own_server_while_that_is_alive(signer: Signer) -> None:
    joined(signer, new_key_pairs(), ("fd00::2", "second.example.com"))
    token = signer.new_token(taken={1, 2}, replaces=2)
    asked = requests_of(new_key_pairs())
    assert signer.enrol(token.secret, ("fd00:0::2", "renamed.example.com"), asked, alive={1, 2}).server == 2


def test_clocks_that_differ_are_told_to_whom_the_signature_was_believed_only(signer: Signer, clock: SetClock) -> None:
    pairs = new_key_pairs()
    signed = joined(signer, pairs)
    leaf, text, signature = asking(signed, pairs, clock, Purpose.LEAVE)
    for minutes in (-6, 12):
        clock.advance(timedelta(minutes=minutes))
        with pytest.raises(Conflict, match=r"clocks differ.*NTP") as refused:
            signer.leave(leaf, text, signature)
        assert refused.value.code == "clock-differs"
        for case in ((leaf, text, signature[:-1]), (leaf, text.replace("leave", "renew"), signature)):
            with pytest.raises(Unauthorized):
                signer.leave(*case)
    assert signer.registered().servers[0].is_member(clock.now())


def test_what_a_server_is_replaced_by_makes_the_certificates_of_the_former_one_worthless(
    signer: Signer, clock: SetClock
) -> None:
    old, new = new_key_pairs(), new_key_pairs()
    before = joined(signer, old)
    token = signer.new_token(taken={1, 2}, replaces=2)
    assert signer.renew(*asking(before, old, clock, Purpose.RENEW, requests_of(new_key_pairs()))).server == 2
    now = signer.enrol(token.secret, HOSTS, requests_of(new))
    assert now.server == 2
    with pytest.raises(Unauthorized):
        signer.renew(*asking(before, old, clock, Purpose.RENEW, requests_of(new_key_pairs())))
    assert signer.renew(*asking(now, new, clock, Purpose.RENEW, requests_of(new_key_pairs()))).server == 2
