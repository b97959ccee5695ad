"""Every broken file through the whole chain: refused in time, with its reason, while the old version answers."""

from __future__ import annotations

import pytest

from support.broken_deployments import BROKEN
from support.cluster import RunningCluster
from support.deployments_to_refuse.source import BrokenDeployment
from support.scenarios.refusing import REFUSED_SECONDS, Refused, refuse_broken
from support.waiting import LATE_SECONDS
from zato.core.errors import InvalidInput
from zato.hotdeploy.pickup import wanted


@pytest.fixture(scope="module")
def refused(cluster: RunningCluster) -> Refused:
    return refuse_broken(cluster)


def test_broken_files_are_refused_in_time_with_file_line_and_reason(refused: Refused) -> None:
    print(refused)
    assert refused.problems == []
    assert len(refused.seconds) >= 30
    assert max(refused.seconds) <= REFUSED_SECONDS + LATE_SECONDS


def test_the_old_version_answers_all_the_while(refused: Refused) -> None:
    assert refused.lowest_rate > 0
    assert refused.failed == []
    assert refused.others == set()


@pytest.mark.parametrize(
    "broken", [one for one in BROKEN if not wanted(one.file_name)], ids=lambda broken: broken.title
)
def test_what_the_pickup_directory_does_not_take_is_refused_by_the_api(
    broken: BrokenDeployment, cluster: RunningCluster
) -> None:
    with pytest.raises(InvalidInput, match="file name"):
        cluster.api().deploy(broken.file_name, broken.source)


def test_refused_files_are_listed_with_their_reason_and_place(cluster: RunningCluster) -> None:
    with pytest.raises(InvalidInput):
        cluster.api().deploy("broken.py", b"x = 1\nraise ValueError('listed')\n")
    last = cluster.api().deployments("broken.py", limit=1)["deployments"][0]
    assert (last["state"], last["reason_file"], last["reason_line"]) == ("rejected", "broken.py", 2)
    assert "ValueError: listed" in last["reason"]
