"""Machines on which joining or leaving broke off: they can do it again, and are not lost in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from zato.appliance import certificates, membership
from zato.core.errors import SetupError
from zato.host.cluster_toml import write_cluster
from zato.host.layout import APPLIANCE, Layout
from zato.host.settings import ClusterSettings

PARTS = ("server", "lighttpd", "lighttpd-agent")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """Of a machine that has joined."""
    layout = Layout(tmp_path)
    layout.pki.mkdir()
    (layout.pki / "ca.crt").touch()
    write_cluster(layout, ClusterSettings(balancer="first:11223"))
    return layout


def give(layout: Layout, *numbers: int) -> None:
    for number in numbers:
        for part in PARTS:
            for kind in ("crt", "key"):
                (layout.pki / f"{part}-{number}.{kind}").touch()


def refused(layout: Layout, number: int) -> str:
    with pytest.raises(SetupError) as caught:
        membership.check_may_join(layout, number)
    return caught.value.code


def test_a_machine_is_one_server_and_joins_as_that_only(layout: Layout) -> None:
    give(layout, 2)
    membership.check_may_join(layout, 2)
    assert refused(layout, 3) == "already-joined"


def test_a_machine_that_has_lost_its_certificate_or_has_two_does_as_it_is_told_and_joins_again(layout: Layout) -> None:
    for number in (2, 3):
        with pytest.raises(SetupError, match="zato server join TOKEN"):
            certificates.joined_number(layout)
        membership.check_may_join(layout, number)
        give(layout, 2, 3)
    certificates.remove_others(layout, 3)
    assert certificates.joined_number(layout) == 3
    assert sorted(path.name for path in layout.pki.iterdir()) == sorted(
        ["ca.crt", *(f"{part}-3.{kind}" for part in PARTS for kind in ("crt", "key"))]
    )


def test_a_machine_with_a_cluster_of_its_own_joins_none_and_leaves_none(layout: Layout) -> None:
    write_cluster(layout, ClusterSettings())
    assert refused(layout, 2) == "not-joined"
    give(layout, 1)
    (layout.pki / "ca.key").touch()
    assert refused(layout, 1) == "cluster-here"
    with pytest.raises(SetupError) as caught:
        membership.check_has_joined(layout, force=True)
    assert caught.value.code == "not-joined"


def test_leaving_by_force_finds_what_there_is_of_servers_without_their_certificates(layout: Layout) -> None:
    assert membership.numbers(layout) == []
    (layout.root / "server-4").mkdir()
    (layout.root / "server-x").mkdir()
    (layout.pki / "lighttpd-5.key").touch()
    assert membership.numbers(layout) == [4, 5]
    membership.check_has_joined(layout, force=True)


def test_leaving_can_be_repeated_by_force_wherever_it_broke_off(layout: Layout) -> None:
    give(layout, 2)
    layout.secret_key.touch()
    (layout.root / "server-2").mkdir()
    paths = membership.whole(layout, membership.numbers(layout))
    assert (paths[0], paths[-1]) == (layout.settings, layout.pki)
    for path in paths[:-2]:
        membership.remove([path])
        with pytest.raises(SetupError, match="no cluster"):
            membership.check_has_joined(layout, force=False)
        membership.check_has_joined(layout, force=True)
        assert membership.numbers(layout) == [2]
    membership.remove([layout.pki])
    with pytest.raises(SetupError, match="no cluster"):
        membership.check_has_joined(layout, force=True)


def test_the_ca_of_a_machine_without_settings_is_not_taken_for_what_leaving_has_left(layout: Layout) -> None:
    (layout.pki / "ca.key").touch()
    layout.settings.unlink()
    with pytest.raises(SetupError, match="no cluster"):
        membership.check_has_joined(layout, force=True)


def test_nothing_of_the_cluster_stays() -> None:
    assert [str(path) for path in membership.whole(Layout(APPLIANCE), [2])] == [
        "/etc/zato/zato.toml",
        "/etc/zato/secret.key",
        "/etc/zato/server-2",
        "/var/lib/zato/server-2",
        "/var/lib/zato/lighttpd-2",
        "/run/zato/server-2",
        "/var/lib/zato/odb",
        "/etc/zato/pki",
    ]
