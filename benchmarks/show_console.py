"""python -m benchmarks.show_console [PART ...]: what is promised of the web console, each with its figure and bar.

`tour` is a person's first minutes, with a screenshot of each page in `build/screens`; `pages` is how long pages take in
a cluster with much in it; `open` is what many open overviews cost.
"""

from __future__ import annotations

import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from benchmarks.memory import pss_megabytes
from support.browser import PASSWORD, chromium, screenshot, window
from support.cluster import RunningCluster
from support.console import ConsoleSession, await_console, have_person
from support.waiting import until

Line = tuple[str, str, bool]
"""What was seen, the bar, and whether it was reached."""
_MANY = 1000
_PER_FILE = 50
_ROUNDS = 20
_OVERVIEWS = 20
_OPEN_SECONDS = 20
_CHANNELS = "/c/zato/config/channel-rest/"


@contextmanager
def running() -> Iterator[RunningCluster]:
    with tempfile.TemporaryDirectory(prefix="zato-show-") as directory:
        cluster = RunningCluster(Path(directory) / "z", "--workers", "2", "--console")
        try:
            cluster.start()
            await_console(cluster)
            yield cluster
        finally:
            cluster.stop()


def tour() -> Iterator[Line]:
    """From the printed address to a service that was deployed and has answered."""
    with running() as cluster, chromium() as browser, window(browser, cluster) as page:
        until(lambda: "/first?token=" in cluster.said())
        found = re.search(r"Web console +(\S+)", cluster.said())
        assert found is not None
        begun = time.monotonic()
        page.goto(found[1])
        page.get_by_label("User name").fill("jane")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("Password, again").fill(PASSWORD)
        screenshot(page, "1-first")
        page.get_by_role("button", name="Become administrator").click()
        page.get_by_role("heading", name="Overview").wait_for()
        screenshot(page, "2-overview")
        page.goto("/c/zato/deployments/new?example=hello")
        screenshot(page, "3-deploy")
        page.get_by_role("button", name="Deploy", exact=True).click()
        page.get_by_text("serves it").nth(1).wait_for()
        screenshot(page, "4-deployed")
        page.get_by_role("link", name="hello.hello").click()
        screenshot(page, "5-service")
        page.get_by_role("link", name="Invoke").click()
        page.get_by_label("name").fill("Jane")
        page.get_by_role("button", name="Invoke").click()
        page.get_by_text("Hello, Jane!").wait_for()
        seconds = time.monotonic() - begun
        screenshot(page, "6-answered")
    yield f"from the printed address to the answer of a deployed service: {seconds:.1f} s", "60 s", seconds <= 60


def pages() -> Iterator[Line]:
    """Pages of a cluster with a thousand services and channels, and ten thousand entries in the audit log."""
    with running() as cluster:
        _fill(cluster)
        have_person(cluster, "ann", "admin")
        session = ConsoleSession(cluster)
        session.sign_in("ann")
        rail = re.findall(r'href="(/c/zato/[^"]+)"', session.get("/c/zato/").data.decode().partition("<main")[0])
        of_session = partial(_get, session)
        for path in (*rail, f"{_CHANNELS}new", f"{_CHANNELS}i/many-7/", "/c/zato/services/many0.s7/"):
            p95 = _p95(partial(of_session, path))
            yield f"{path}: p95 {p95 * 1000:.0f} ms of {_ROUNDS}", "300 ms", p95 <= 0.3
        p95 = _p95(partial(of_session, "/c/zato/find?q=many-99"))
        yield f"finding: p95 {p95 * 1000:.0f} ms", "200 ms", p95 <= 0.2
        megabytes = pss_megabytes(cluster, "zato.admin")
        yield f"memory of the console (PSS): {megabytes:.0f} MB", "65 MB", megabytes <= 65


def overviews() -> Iterator[Line]:
    """What many people who look at the overview cost."""
    with running() as cluster, chromium() as browser:
        have_person(cluster, "ann", "admin")
        context = browser.new_context(base_url=cluster.console_url, ignore_https_errors=True)
        page = context.new_page()
        page.goto("/login")
        page.get_by_label("User name").fill("ann")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Overview").wait_for()
        for _ in range(_OVERVIEWS - 1):
            context.new_page().goto("/c/zato/")
        before, begun = _cpu(cluster), time.monotonic()
        page.wait_for_timeout(_OPEN_SECONDS * 1000)
        after, seconds = _cpu(cluster), time.monotonic() - begun
        context.close()
    for name, bar in (("console", 7.0), ("server-1", 2.0)):
        share = (after[name] - before[name]) / seconds * 100
        yield f"{_OVERVIEWS} open overviews, {name}: {share:.1f} % of a core", f"{bar:g} %", share <= bar


def _fill(cluster: RunningCluster) -> None:
    api = cluster.api()
    for file in range(_MANY // _PER_FILE):
        classes = "\n".join(
            f"class S{number}(Service):\n    name = 'many{file}.s{number}'\n    def handle(self):\n        pass"
            for number in range(_PER_FILE)
        )
        api.deploy(f"many{file}.py", f"from zato.server.service import Service\n{classes}\n".encode())
    channels = "\n".join(
        f"  many-{number}:\n    service: many{number // _PER_FILE}.s{number % _PER_FILE}\n    path: /many/{number}"
        for number in range(_MANY)
    )
    # Each import has an entry in the audit log for each item
    for seconds in range(10, 20):
        api.import_(
            f"channel-rest:\n{channels}\n".replace("\n    path", f"\n    cors_max_age_seconds: {seconds}\n    path")
        )
    cluster.settle()


def _get(session: ConsoleSession, path: str) -> None:
    answer = session.get(path)
    assert answer.status == 200, (path, answer.status)


def _p95(ask: Callable[[], object]) -> float:
    taken = []
    for _ in range(_ROUNDS):
        begun = time.monotonic()
        ask()
        taken.append(time.monotonic() - begun)
    return statistics.quantiles(taken, n=20)[-1]


def _cpu(cluster: RunningCluster) -> dict[str, float]:
    from zato.host.usage import usage

    return {name: used.cpu_seconds for name, used in usage(cluster.layout).items()}


PARTS: dict[str, Callable[[], Iterator[Line]]] = {"tour": tour, "pages": pages, "open": overviews}


def main() -> int:
    missed = 0
    for part in sys.argv[1:] or PARTS:
        for seen, bar, reached in PARTS[part]():
            missed += not reached
            print(f"python -m benchmarks.show_console {part:<5} {seen} (bar: {bar}) {'' if reached else 'NOT '}REACHED")
            sys.stdout.flush()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
