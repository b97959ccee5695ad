"""kill -9 of each daemon on an appliance of two servers, under load. In full: make show-hosts."""

from __future__ import annotations

import pytest

from support.appliance import servers_in_balancer
from support.hosts import Host
from support.scale import times
from support.scenarios.faults import BACK_SECONDS, VICTIMS, kill_daemons
from support.waiting import LATE_SECONDS, PATIENCE_SECONDS, eventually

TIMES = times(1, full=2)
# How soon is what is measured in full; here it is that all of them come back by themselves
SOON_SECONDS = times(int(PATIENCE_SECONDS), full=int(BACK_SECONDS + LATE_SECONDS))


@pytest.mark.parametrize("victim", VICTIMS)
def test_what_was_killed_is_back_in_time_and_fails_no_request_that_may_be_repeated(
    two_servers: Host, victim: str
) -> None:
    assert eventually(lambda: servers_in_balancer(two_servers) == 2)
    (found,) = kill_daemons(two_servers, TIMES, (victim,))
    print(found)
    assert max(found.back_seconds) <= SOON_SECONDS, found
    assert found.failed == [], found
