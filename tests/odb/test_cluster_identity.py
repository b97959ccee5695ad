"""An ODB is told from another cluster's of the same name."""

from __future__ import annotations

import pytest

from support.databases import DatabaseAddress
from zato.core.errors import SetupError
from zato.odb import cluster_identity
from zato.odb.cluster_identity import Identity
from zato.odb.database import Database

OURS = Identity("k" * 64, "a" * 64)
OTHERS = Identity("l" * 64, "b" * 64)


def test_from_its_first_start_on_it_is_nobody_elses(odb: DatabaseAddress) -> None:
    database = odb.open()
    for _ in range(2):
        cluster_identity.require(database, OURS)
    with pytest.raises(SetupError, match="another cluster of the same name") as caught:
        cluster_identity.require(database, OTHERS)
    assert caught.value.code == "odb-other-cluster"
    cluster_identity.require(database, OURS)
    database.dispose()


def test_either_of_its_keys_may_be_exchanged_one_after_the_other(sqlite_odb: Database) -> None:
    for each in (OURS, Identity(OTHERS.key_check, OURS.authority), OTHERS):
        cluster_identity.require(sqlite_odb, each)
    with pytest.raises(SetupError):
        cluster_identity.require(sqlite_odb, OURS)


def test_what_is_not_known_tells_nothing_and_forgets_nothing(sqlite_odb: Database) -> None:
    cluster_identity.require(sqlite_odb, OURS)
    cluster_identity.require(sqlite_odb, Identity(OURS.key_check, None))
    with pytest.raises(SetupError):
        cluster_identity.require(sqlite_odb, Identity(OTHERS.key_check, None))
    cluster_identity.require(sqlite_odb, Identity(OTHERS.key_check, OURS.authority))
