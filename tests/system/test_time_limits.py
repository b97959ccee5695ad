"""A service that takes too long: its caller is told, nobody else notices."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from support.cluster import RunningCluster
from support.load import Load
from support.waiting import until

LIMIT_SECONDS = 0.5
SOURCE = """
import time
from zato.server.service import Service

class Sleeping(Service):
    name = 'limits.sleeping'

    def handle(self):
        time.sleep(3)

class Looping(Service):
    name = 'limits.looping'

    def handle(self):
        while True:
            pass

class Quick(Service):
    name = 'limits.quick'

    def handle(self):
        self.response.payload = {'ok': True}
"""


@pytest.fixture(scope="module")
def limited(cluster: RunningCluster) -> RunningCluster:
    api = cluster.api()
    api.deploy("limits.py", SOURCE.encode())
    for name in ("sleeping", "looping", "quick"):
        service = f"limits.{name}"
        api.create_item("channel-rest", service, {"service": service, "path": f"/limits/{name}", "methods": ["POST"]})
        if name != "quick":
            api.create_item("service", service, {"time_limit_seconds": LIMIT_SECONDS})
    until(lambda: cluster.request("POST", "/limits/quick").status == 200)
    return cluster


@pytest.mark.parametrize("name", ["sleeping", "looping"])
def test_a_service_beyond_its_time_limit_is_answered_for_while_others_go_on(limited: RunningCluster, name: str) -> None:
    def slow() -> tuple[int, str, str, str]:
        answer = limited.request("POST", f"/limits/{name}")
        error = answer.json()["error"]
        return answer.status, error["code"], error["cid"], answer.headers["X-Zato-CID"]

    with (
        limited.pool() as pool,
        Load(pool, "/limits/quick", method="POST", per_second=50) as load,
        ThreadPoolExecutor(8) as threads,
    ):
        answers = list(threads.map(lambda _: slow(), range(24)))
    assert {(status, code) for status, code, _, _ in answers} == {(504, "time-limit-exceeded")}
    assert all(cid == header for _, _, cid, header in answers)
    assert load.samples
    assert load.failed() == []
