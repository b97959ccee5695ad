"""A service that takes too long: its caller is told, nobody else notices."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support.cluster import RunningCluster
from support.load import Load
from support.waiting import until

LIMIT_SECONDS = 0.5
SOURCE = """
import os
import time
from zato.server.service import Elem, Service

class Sleeping(Service):
    name = 'limits.sleeping'

    def handle(self):
        time.sleep(3)

class Looping(Service):
    name = 'limits.looping'

    def handle(self):
        while True:
            pass

def work(name):
    # A sign of life that the test can see from outside the worker
    for _ in range(100):
        pass
    path = os.path.join('DIRECTORY', name)
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
    os.utime(path)

class CatchesSome(Service):
    name = 'limits.catches-some'

    def handle(self):
        while True:
            try:
                work(self.name)
            except (TypeError, ValueError):
                pass

class CatchesExceptions(Service):
    name = 'limits.catches-exceptions'

    def handle(self):
        while True:
            try:
                work(self.name)
            except Exception:
                self.logger.info('Going on')

class CatchesAll(Service):
    name = 'limits.catches-all'

    def handle(self):
        for _ in range(3):
            try:
                while True:
                    work(self.name)
            except:
                pass
        while True:
            work(self.name)

class Cleans(Service):
    name = 'limits.cleans'

    def handle(self):
        try:
            while True:
                work(self.name)
        finally:
            while True:
                work(self.name)

class Before(Service):
    name = 'limits.before'

    def before_handle(self):
        while True:
            try:
                work(self.name)
            except Exception:
                pass

    def handle(self):
        pass

class After(Service):
    name = 'limits.after'

    def handle(self):
        pass

    def after_handle(self):
        while True:
            try:
                work(self.name)
            except Exception:
                pass

class Slow(Elem):
    def parse(self, value):
        while True:
            try:
                work('limits.converts')
            except Exception:
                pass

class Converts(Service):
    name = 'limits.converts'
    input = Slow('-value'), 'value2'

    def handle(self):
        pass

class Answers(Service):
    name = 'limits.answers'

    def handle(self):
        def rows():
            while True:
                work(self.name)
                yield from ()
        self.response.payload = rows()

class Nests(Service):
    name = 'limits.nests'

    def handle(self):
        try:
            self.invoke('limits.inner')
        except Exception:
            pass

class NestsWithALimit(Service):
    name = 'limits.nests-with-a-limit'

    def handle(self):
        try:
            self.invoke('limits.inner', {'name': self.name}, timeout=60)
        except Exception:
            pass

class Inner(Service):
    name = 'limits.inner'

    def handle(self):
        while True:
            try:
                work((self.request.payload or {}).get('name', 'limits.nests'))
            except Exception:
                pass

class Quick(Service):
    name = 'limits.quick'

    def handle(self):
        self.response.payload = {'ok': True}
"""


STUBBORN = (
    "catches-some", "catches-exceptions", "catches-all", "cleans", "before", "after", "converts", "answers", "nests",
    "nests-with-a-limit",
)  # fmt: skip


@pytest.fixture(scope="module")
def signs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where services leave signs of life."""
    return tmp_path_factory.mktemp("signs")


@pytest.fixture(scope="module")
def limited(cluster: RunningCluster, signs: Path) -> RunningCluster:
    api = cluster.api()
    api.deploy("limits.py", SOURCE.replace("DIRECTORY", str(signs)).encode())
    for name in ("sleeping", "looping", "quick", *STUBBORN):
        service = f"limits.{name}"
        api.create_item("channel-rest", service, {"service": service, "path": f"/limits/{name}", "methods": ["POST"]})
        if name != "quick":
            api.create_item("service", service, {"time_limit_seconds": LIMIT_SECONDS})
    cluster.settle()
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


@pytest.mark.parametrize("name", STUBBORN)
def test_nothing_that_a_service_catches_lets_it_go_on(limited: RunningCluster, signs: Path, name: str) -> None:
    workers, printed = limited.worker_pids(), limited.output.stat().st_size
    answer = limited.request("POST", f"/limits/{name}", body=b'{"value": "1", "value2": "2"}')
    assert (answer.status, answer.json()["error"]["code"]) == (504, "time-limit-exceeded")
    sign = signs / f"limits.{name}"
    until(lambda: time.time() - sign.stat().st_mtime > 1.5)
    said = limited.output.read_bytes()[printed:]
    assert b"The service exceeded its time limit" in said
    assert b"Traceback" not in said
    assert limited.worker_pids() == workers


def test_metrics_count_what_the_caller_was_told(limited: RunningCluster) -> None:
    def counted() -> set[tuple[str, str]]:
        with limited.pool("admin") as pool:
            page = pool.request("GET", "/zato/metrics").data.decode()
        return set(re.findall(r'zato_requests_total{.*?service="limits.(before|after)",.*?status="(\d+)"', page))

    until(lambda: counted() == {("before", "504"), ("after", "504")})
