"""Certificates that are renewed while requests flow, and those that are about to expire."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial

from support.appliance import outside, servers_in_balancer
from support.documents.written import written
from support.hosts import Host
from support.load import Load, told
from support.scale import times
from support.waiting import eventually
from zato.pki.authority import Authority
from zato.pki.certificates import load_certificate

ROTATIONS = times(2, full=3)
# The agent of lighttpd looks once a second, and has connections end before it reloads
BALANCER, LIGHTTPD = 11223, 17010
NAMES = ("haproxy", "haproxy-client", "lighttpd-1", "lighttpd-2")
REMEDY = written("docs/packages.md", "systemctl start zato-pki.service")


class EightyDaysAgo:
    """When a certificate of 90 days was issued that is to be renewed by now."""

    def now(self) -> datetime:
        return datetime.now(UTC) - timedelta(days=80)

    def monotonic(self) -> float:
        return self.now().timestamp()


def _owner(key: os.stat_result, _name: str) -> tuple[int, int]:
    return key.st_uid, key.st_gid


def age(host: Host, names: Iterable[str]) -> None:
    """On disk these are about to expire. What uses them does not notice, as it would not with those that really are."""
    pki = host.root / "etc" / "zato" / "pki"
    for name in names:
        files = [pki / f"{name}.crt", pki / f"{name}.key"]
        before = [path.stat() for path in files]
        Authority(pki, EightyDaysAgo(), partial(_owner, before[1])).renew(name)
        for path, was in zip(files, before, strict=True):
            path.chmod(was.st_mode)
            os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))


def serials(host: Host) -> dict[str, int]:
    """Of the certificates that whoever connects now gets to see, HAProxy's own client certificate included."""
    shown = host.run(
        "echo 'show ssl cert /etc/zato/pki/haproxy-client.crt' | socat - /run/zato/haproxy/admin.sock"
    ).stdout
    found = re.search(r"^Serial: ([0-9A-F]+)$", shown, re.M)
    assert found is not None, shown
    ports = {"haproxy": BALANCER, "lighttpd-1": LIGHTTPD, "lighttpd-2": LIGHTTPD + 1}
    return {"haproxy-client": int(found[1], 16), **{name: serial(host, port) for name, port in ports.items()}}


def serial(host: Host, port: int) -> int:
    """Of the certificate that is shown there on loopback, which the host's CA has to have issued."""
    ask = f"openssl s_client -connect 127.0.0.1:{port} -CAfile /etc/zato/pki/ca.crt -verify_return_error </dev/null"
    found = re.search(
        r"^serial=([0-9A-F]+)$", host.run(f"{ask} 2>/dev/null | openssl x509 -noout -serial").stdout, re.M
    )
    assert found is not None, port
    return int(found[1], 16)


def findings(host: Host) -> dict[str, str]:
    """The doctor's remedies by what it says of certificates."""
    found = json.loads(host.run("zato doctor --json", check=False).stdout)["findings"]
    return {each["problem"]: each["remedy"] for each in found if each["subject"] == "certificates"}


def not_after(host: Host, name: str) -> float:
    """What the metrics say."""
    ask = "curl -sf --cacert /etc/zato/pki/ca.crt --cert /etc/zato/pki/admin.crt --key /etc/zato/pki/admin.key"
    text = host.run(f"{ask} https://localhost:{BALANCER}/zato/metrics").stdout
    found = re.search(rf'^zato_certificate_not_after_seconds{{name="{name}",server="\d"}} (\S+)$', text, re.M)
    return float(found[1]) if found is not None else 0.0


def test_renewing_all_certificates_fails_no_request(two_servers: Host) -> None:
    load_of = Load(outside(two_servers), "/hello", method=("GET", "PUT", "POST"), body=b"{}", seconds=900)
    assert eventually(lambda: servers_in_balancer(two_servers) == 2)
    seen = [serials(two_servers)]
    with load_of as load:
        for _ in range(ROTATIONS):
            age(two_servers, NAMES)
            two_servers.run(REMEDY)
            last = seen[-1]
            assert eventually(lambda last=last: not set(last.items()) & set(serials(two_servers).items())), last
            seen.append(serials(two_servers))
    for name in NAMES:
        assert len({each[name] for each in seen}) == ROTATIONS + 1
        on_disk = load_certificate(two_servers.root / "etc" / "zato" / "pki" / f"{name}.crt")
        assert on_disk.serial_number == seen[-1][name]
    print(f"{ROTATIONS} renewals of {len(NAMES)} certificates, {len(load.samples)} requests: {told(load.failed())}")
    assert load.failed() == [], told(load.failed())


def test_a_certificate_that_is_about_to_expire_shows_in_the_doctor_and_in_the_metrics(appliance: Host) -> None:
    assert findings(appliance) == {}
    age(appliance, ["haproxy"])
    (problem,) = findings(appliance)
    assert problem.startswith("The certificate haproxy expires on ")
    assert findings(appliance)[problem] == REMEDY
    left = not_after(appliance, "haproxy") - datetime.now(UTC).timestamp()
    assert 9.9 < left / 86400 < 10
    appliance.run(REMEDY)
    assert findings(appliance) == {}
    left = not_after(appliance, "haproxy") - datetime.now(UTC).timestamp()
    assert 89.9 < left / 86400 <= 90


def test_a_certificate_that_root_renews_before_it_is_due_is_taken_up(appliance: Host) -> None:
    before = serial(appliance, BALANCER), serial(appliance, LIGHTTPD)
    for name in ("haproxy", "lighttpd-1"):
        appliance.run(f"zato pki renew {name}")
    assert eventually(lambda: serial(appliance, BALANCER) != before[0])
    assert eventually(lambda: serial(appliance, LIGHTTPD) != before[1])
    owners = appliance.run("stat -c '%U %a' /etc/zato/pki/haproxy.key /etc/zato/pki/lighttpd-1.key").stdout
    assert owners == "zato-lb 400\nzato-tls 400\n"
