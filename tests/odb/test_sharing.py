"""What other machines need of the ODB's URL."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import make_url

from zato.host.settings import ClusterSettings
from zato.odb import sharing

SEVERAL = (
    "postgresql+psycopg2://zato:a%40b@/zato?host=a.example.com:5432&host=b.example.com:5432&sslrootcert=/etc/ca.crt"
)


ALONE = "mysql+pymysql://zato:secret@10.0.0.1/zato"
BROUGHT = Path("/etc/zato/pki/odb-ca.crt")


@pytest.mark.parametrize(
    ("url", "shared"),
    [
        ("sqlite:////var/lib/zato/odb.sqlite", False),
        ("postgresql+psycopg2://zato@localhost/zato", False),
        ("postgresql+psycopg2://zato@[::1]/zato", False),
        ("postgresql+psycopg2://zato@/zato", False),
        ("postgresql+psycopg2://zato@/zato?host=/run/postgresql", False),
        ("postgresql+psycopg2://zato@/zato?host=a.example.com:5432&host=localhost:5433", False),
        ("mysql+pymysql://zato@127.0.0.2/zato", False),
        ("mysql+pymysql://zato@10.0.0.1/zato", True),
        (SEVERAL, True),
    ],
)
def test_only_an_odb_that_other_machines_reach_is_shared(url: str, shared: bool) -> None:
    assert (sharing.why_not_shared(url) is None) is shared


def test_only_the_file_of_the_authority_changes_for_another_machine() -> None:
    cluster = ClusterSettings(odb=SEVERAL, name="one")
    assert sharing.authority_file(cluster) == Path("/etc/ca.crt")
    changed = sharing.with_authority_file(cluster, BROUGHT)
    assert make_url(changed.odb) == make_url(SEVERAL).update_query_dict({"sslrootcert": str(BROUGHT)})
    assert changed == ClusterSettings(odb=changed.odb, name="one")
    assert sharing.files(changed) == [BROUGHT]
    assert sharing.authority_file(ClusterSettings(odb=ALONE)) is None


def test_files_beside_the_url_are_those_of_the_odb_as_well() -> None:
    own = ClusterSettings(odb=ALONE, odb_certificate="/etc/own.crt", odb_key="/etc/own.key")
    cluster = msgspec.structs.replace(own, odb_ca="/etc/ssl/db-ca.crt")
    assert sharing.authority_file(cluster) == Path("/etc/ssl/db-ca.crt")
    changed = sharing.with_authority_file(cluster, BROUGHT)
    assert changed == msgspec.structs.replace(own, odb_ca=str(BROUGHT))
    assert sharing.files(changed) == [BROUGHT, Path("/etc/own.crt"), Path("/etc/own.key")]


def test_what_the_url_says_of_the_authority_goes_before_the_setting_and_neither_is_left_behind() -> None:
    cluster = ClusterSettings(odb=SEVERAL, odb_ca="/etc/ssl/db-ca.crt")
    assert sharing.authority_file(cluster) == Path("/etc/ca.crt")
    assert sharing.files(sharing.with_authority_file(cluster, BROUGHT)) == [BROUGHT]
