"""kill -9 of each daemon on an appliance of two servers, under load. In full: make show-hosts."""

from __future__ import annotations

import pytest

from support.appliance import servers_in_balancer
from support.hosts import Host
from support.scale import times
from support.scenarios.faults import BACK_SECONDS, VICTIMS, kill_daemons
from support.waiting import LATE_SECONDS, eventually

TIMES = times(1, full=2)


@pytest.mark.parametrize("victim", VICTIMS)
def test_what_was_killed_is_back_in_time_and_fails_no_request_that_may_be_repeated(
    two_servers: Host, victim: str
) -> None:
    assert eventually(lambda: servers_in_balancer(two_servers) == 2)
    (found,) = kill_daemons(two_servers, TIMES, (victim,))
    print(found)
    assert max(found.back_seconds) <= BACK_SECONDS + LATE_SECONDS, found
    assert found.failed == [], found
