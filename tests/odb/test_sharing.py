"""What other machines need of the ODB's URL."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import make_url

from zato.odb import sharing

SEVERAL = (
    "postgresql+psycopg2://zato:a%40b@/zato?host=a.example.com:5432&host=b.example.com:5432&sslrootcert=/etc/ca.crt"
)


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
    assert sharing.authority_file(SEVERAL) == Path("/etc/ca.crt")
    changed = sharing.with_authority_file(SEVERAL, Path("/etc/zato/pki/odb-ca.crt"))
    assert make_url(changed) == make_url(SEVERAL).update_query_dict({"sslrootcert": "/etc/zato/pki/odb-ca.crt"})
    assert sharing.files(changed) == [Path("/etc/zato/pki/odb-ca.crt")]
    assert sharing.authority_file("mysql+pymysql://zato@10.0.0.1/zato") is None
