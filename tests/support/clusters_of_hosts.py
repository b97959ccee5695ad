"""A cluster whose ODB is PostgreSQL on this machine, so that further machines can join it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from support import hosts
from support.appliance import deploy_hello, install, problems
from support.documents.written import written
from support.hosts import Host
from support.postgresql import PostgreSql
from support.waiting import eventually


@contextmanager
def first_machine(host: Host) -> Iterator[None]:
    """Zato from the packages in /root, with a service behind /hello, for as long as the context lasts."""
    database = PostgreSql(host=hosts.GATEWAY, address=hosts.GATEWAY, clients="10.77.0.0/16")
    try:
        database.create_database("zato")
        install(host)
        url = database.url("zato").render_as_string(hide_password=False)
        (host.root / "etc/zato/database-ca.crt").write_bytes(database.authority.certificate.read_bytes())
        settings = host.root / "etc/zato/zato.toml"
        odb = json.dumps(f"{url}?sslrootcert=/etc/zato/database-ca.crt")
        host.run("systemctl stop zato.target zato-server@1 zato-haproxy")
        settings.write_text(f"{settings.read_text()}odb = {odb}\n")
        host.run("zato odb init")
        host.run(written("docs/cluster.md", "systemctl restart zato.target"))
        assert eventually(lambda: problems(host) == []), problems(host)
        deploy_hello(host)
        yield
    finally:
        database.remove()


def made_token(first: Host, *options: str) -> str:
    """A new one, for a machine to join with."""
    making = written("docs/cluster.md", "zato server create --token", {"zato": "zato --json"})
    done = first.run(f"{making} --address {first.address} {' '.join(options)}")
    return str(json.loads(done.stdout)["token"])
