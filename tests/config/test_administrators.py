"""Whatever way a change takes, it leaves somebody who can change the configuration."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from zato.config.publisher import Author, ImportMode, Publisher
from zato.core.errors import ZatoError

BY = Author("ann", "c" * 32)
ADMIN = {"subject": "CN=admin", "roles": ["admin"]}
WAYS: dict[str, Callable[[Publisher], object]] = {
    "delete": lambda publisher: publisher.delete("security-tls", "admin", by=BY),
    "take the role": lambda publisher: publisher.update("security-tls", "admin", {**ADMIN, "roles": ["viewer"]}, by=BY),
    "deactivate": lambda publisher: publisher.update("security-tls", "admin", {**ADMIN, "active": False}, by=BY),
    "expire": lambda publisher: publisher.update(
        "security-tls", "admin", {**ADMIN, "expires": "2020-01-01T00:00:00Z"}, by=BY
    ),
    "import": lambda publisher: publisher.import_("server:\n  server-1: {}\n", ImportMode.REPLACE, by=BY),
    "import as another": lambda publisher: publisher.import_(
        "security-tls:\n  admin: {subject: CN=admin, roles: [viewer]}\n", ImportMode.MERGE, by=BY
    ),
    "roll everything back": lambda publisher: publisher.rollback_all(
        1, by=BY, prepare=lambda _base, changes: changes, with_security=True
    ),
}


@pytest.fixture
def cluster(publisher: Publisher) -> Publisher:
    publisher.create("server", "server-1", {}, by=BY)
    publisher.create("security-tls", "admin", ADMIN, by=BY)
    # None of these is an administrator
    publisher.create("security-tls", "viewer", {"subject": "CN=viewer", "roles": ["viewer"]}, by=BY)
    publisher.create("security-tls", "inactive", {"subject": "CN=i", "roles": ["admin"], "active": False}, by=BY)
    past = {"subject": "CN=past", "roles": ["admin"], "expires": "2020-01-01T00:00:00Z"}
    publisher.create("security-tls", "past", past, by=BY)
    return publisher


@pytest.mark.parametrize("way", WAYS)
def test_the_last_administrator_is_kept(cluster: Publisher, way: str) -> None:
    with pytest.raises(ZatoError) as caught:
        WAYS[way](cluster)
    assert caught.value.status in {400, 409}
    assert "security-tls 'admin', roles: no active security definition with the role admin" in caught.value.message
    assert "give the role to another one first" in caught.value.message
    assert cluster.get("security-tls", "admin").value.roles == ("admin",)  # type: ignore[attr-defined]


@pytest.mark.parametrize("way", [way for way in WAYS if not way.startswith(("import", "roll"))])
def test_one_of_two_administrators_can_go(cluster: Publisher, way: str) -> None:
    cluster.create("security-api-key", "other", {"roles": ["admin"]}, by=BY)
    WAYS[way](cluster)
    with pytest.raises(ZatoError, match="security-api-key 'other', roles: no active"):
        cluster.delete("security-api-key", "other", by=BY)


def test_a_cluster_without_any_administrator_can_be_filled(publisher: Publisher) -> None:
    publisher.create("server", "server-1", {}, by=BY)
    publisher.create("security-tls", "viewer", {"subject": "CN=viewer", "roles": ["viewer"]}, by=BY)
    publisher.delete("security-tls", "viewer", by=BY)
