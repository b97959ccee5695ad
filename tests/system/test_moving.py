"""A running cluster is moved to PostgreSQL, whose certificate is of the cluster's own authority."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support.certificates import Pair
from support.cluster import RunningCluster
from support.documents.written import written
from support.postgresql import PostgreSql
from zato.core.errors import Unavailable
from zato.host.settings import load_cluster
from zato.odb.opening import open_odb


class ClustersAuthority:
    """Has certificates issued by the command line, and copies them to where the database may read them."""

    def __init__(self, cluster: RunningCluster, directory: Path) -> None:
        self._cluster = cluster
        self._directory = directory
        self.certificate = Path(shutil.copy(cluster.layout.ca_certificate, directory))

    def issue(self, name: str, hosts: tuple[str, ...]) -> Pair:
        own = {"zato pki": "pki", "db-1.example.com": " --host ".join(hosts), "db-1 ": f"{name} "}
        command = written("docs/odb.md", "zato pki issue-server db-1 --host db-1.example.com", own)
        self._cluster.zato(*command.split())
        pki = self._cluster.layout.pki
        copies = [Path(shutil.copy(pki / f"{name}.{end}", self._directory)) for end in ("crt", "key")]
        return Pair(*copies)


@pytest.fixture
def started() -> Iterator[RunningCluster]:
    with TemporaryDirectory(prefix="zato-") as directory:  # the path of a unix socket is short
        cluster = RunningCluster(Path(directory) / "z", "--workers", "1")
        cluster.start()
        yield cluster
        cluster.stop()


def test_a_running_cluster_moves_loses_no_change_and_is_verified_by_its_own_authority(
    started: RunningCluster,
) -> None:
    cluster = started
    server = PostgreSql(authority=lambda directory: ClustersAuthority(cluster, directory))
    try:
        server.create_database("zato_moved")
        url = server.url("zato_moved").render_as_string(hide_password=False)
        settings = cluster.layout.settings
        settings.write_text(f'{settings.read_text()}# by hand\nodb_ca = "{cluster.layout.ca_certificate}"\n')
        cluster.zato("config", "set", "channel-rest", "before", "service=x.y", "path=/before")
        revision = json.loads(cluster.zato("status", "--json", check=False).stdout)["odb"]["revision"]

        place = {"zato odb move": "odb move --json", "postgresql+psycopg2://zato:secret@db-1.example.com/zato": url}
        command = written("docs/odb.md", "zato odb move postgresql+psycopg2://zato:secret@db-1.example.com/zato", place)
        moved = json.loads(cluster.zato(*command.split()).stdout)

        assert all(each["equal"] for each in moved["tables"])
        assert url not in json.dumps(moved), "the password is shown to nobody"
        assert load_cluster(cluster.layout).odb == url
        assert "# by hand" in settings.read_text()
        assert cluster.answers()
        done = cluster.zato("config", "set", "channel-rest", "late", "service=x.y", "path=/late", "--json", check=False)
        error = json.loads(done.stderr)["error"]
        assert (done.returncode, error["code"]) == (3, "odb-moved"), done
        assert "zato odb use" in error["message"]

        cluster.stop()
        cluster.start()
        cluster.zato("config", "set", "channel-rest", "after", "service=x.y", "path=/after")
        status = json.loads(cluster.zato("status", "--json", check=False).stdout)
        assert status["odb"]["revision"] == revision + 1
        given_up = cluster.zato(*written("docs/odb.md", "zato odb move --abort").split()[1:], check=False)
        assert (given_up.returncode, given_up.stdout) == (0, "The ODB is not being moved.\n"), given_up
        using = written("docs/odb.md", "zato odb use URL", {"zato odb use URL": f"odb use {url} --json"})
        assert json.loads(cluster.zato(*using.split()).stdout)["restart"]
        cluster.stop()

        # The authority of somebody else
        settings.write_text(
            settings.read_text().replace(str(cluster.layout.ca_certificate), "/etc/ssl/certs/ca-certificates.crt")
        )
        with pytest.raises(Unavailable) as caught, open_odb(load_cluster(cluster.layout)).read():
            pass
        assert caught.value.code == "odb-not-verified"
    finally:
        server.remove()
