"""HAProxy's files, where several write or check them at the same time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from support.layouts import certified
from support.waiting import PATIENCE_SECONDS
from zato.agent.haproxy import files
from zato.agent.haproxy.view import HaproxyView
from zato.core.errors import SetupError
from zato.host import locks
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings

CLUSTER = ClusterSettings()


@pytest.fixture
def layout() -> Iterator[Layout]:
    with certified(CLUSTER) as made:
        yield made


def view_of(layout: Layout) -> HaproxyView:
    return files.view_of(layout, CLUSTER, files.state_to_start_with(layout, CLUSTER))


def write(layout: Layout) -> None:
    assert files.write(layout, view_of(layout)) is True


def check(layout: Layout) -> None:
    files.check(layout, view_of(layout), files.wanted(layout, view_of(layout)))


@pytest.mark.parametrize("work", [write, check])
def test_what_another_process_has_haproxy_look_at_is_left_alone(layout: Layout, work: Callable[[Layout], None]) -> None:
    looked_at = layout.haproxy / "candidate" / "haproxy.cfg"
    looked_at.parent.mkdir(parents=True)
    looked_at.touch()
    thread = threading.Thread(target=work, args=(layout,), daemon=True)
    with locks.exclusive(layout.haproxy):
        thread.start()
        time.sleep(0.5)
        assert looked_at.exists()
        assert thread.is_alive()
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()
    assert not looked_at.parent.exists()


def test_those_who_write_and_check_at_the_same_time_are_not_in_each_others_way(layout: Layout) -> None:
    failed: list[Exception] = []

    def work() -> None:
        try:
            files.write(layout, view_of(layout))
            check(layout)
        except (SetupError, OSError) as error:
            failed.append(error)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()
    assert failed == []
    assert files.in_place(layout) == files.wanted(layout, view_of(layout))
