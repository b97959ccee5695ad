"""Nothing on an appliance needs logrotate: what is written goes to the journal, or is replaced, or goes away."""

from __future__ import annotations

from support.hosts import Host

REQUESTS = 300


def sizes(host: Host) -> dict[str, int]:
    """Files of Zato by path with their bytes. The ODB is not one of them: it has rows, and heartbeats among them."""
    others = "-not -path '*/odb/*' -not -path '*/journal/*'"
    found = host.run(f"find /var/lib/zato /etc/zato /var/log -type f {others} -printf '%p\\t%s\\n'")
    return {path: int(size) for path, size in (line.split("\t") for line in found.stdout.splitlines())}


def test_requests_make_no_file_grow(appliance: Host) -> None:
    before = sizes(appliance)
    assert "/var/lib/zato/server-1/snapshot.json" in before
    call = f"curl -sf --cacert /etc/zato/pki/ca.crt 'https://localhost:11223/hello?[1-{REQUESTS}]'"
    assert appliance.run(call).stdout.count('"user"') == REQUESTS
    assert {path: size for path, size in sizes(appliance).items() if size > before.get(path, -1)} == {}


def test_what_a_killed_lighttpd_has_left_of_uploads_goes_after_a_day(appliance: Host) -> None:
    uploads = "/var/lib/zato/lighttpd-1/uploads"
    appliance.run(f"cd {uploads} && touch -d '2 days ago' left && touch under-way && systemd-tmpfiles --clean")
    assert appliance.run(f"ls {uploads}").stdout.split() == ["under-way"]
    appliance.run(f"rm {uploads}/under-way")
