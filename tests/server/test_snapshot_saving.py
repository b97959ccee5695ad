"""What is on disk, and when, of the configurations that a worker was given."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, cast

import pytest

from support.threads import no_more_threads
from support.waiting import PATIENCE_SECONDS, until
from zato.config.configuration import Configuration
from zato.config.disk import DiskSnapshot
from zato.config.item import Item
from zato.config.kinds import ServiceSettings
from zato.deployment.code import CodeLoader
from zato.deployment.loader import CodeSet
from zato.server.snapshot_saving import ConfigurationSaver

CODES = CodeSet()


class Disk:
    """Takes nothing while there is an error, and no more than one configuration at a time while it is slow."""

    def __init__(self) -> None:
        self.saved: list[int] = []
        self.sources = 0
        self.error: Exception | None = None
        self.lets_go = threading.Event()
        self.lets_go.set()

    def save(self, configuration: Configuration, pause: Callable[[], None]) -> None:
        assert self.lets_go.wait(PATIENCE_SECONDS)
        if self.error is not None:
            raise self.error
        self.saved.append(configuration.revision)

    def keep_sources(self, configuration: Configuration, codes: CodeSet) -> None:
        self.sources += 1


def saver(disk: Disk) -> ConfigurationSaver:
    return ConfigurationSaver(cast(DiskSnapshot, disk), cast(CodeLoader, disk))


def of(revision: int, items: int = 1) -> Configuration:
    value: Any = ServiceSettings()
    return Configuration(revision, {"service": {f"s{n}": Item("service", f"s{n}", 1, value) for n in range(items)}})


def test_few_items_are_on_disk_when_they_were_saved() -> None:
    disk = Disk()
    saving = saver(disk)
    for revision in range(1, 20):
        saving.save(of(revision), CODES)
        assert disk.saved[-1] == revision
    assert disk.sources == 1


def test_many_items_are_not_waited_for_and_the_last_ones_are_there_in_the_end() -> None:
    disk = Disk()
    disk.lets_go.clear()
    saving = saver(disk)
    for revision in range(1, 5):
        saving.save(of(revision, 1000), CODES)
    assert disk.saved == []
    disk.lets_go.set()
    saving.stop()
    assert disk.saved[-1] == 4
    assert len(disk.saved) <= 2


def test_few_items_do_not_wait_for_the_rest_after_many() -> None:
    disk = Disk()
    disk.lets_go.clear()
    saving = saver(disk)
    saving.save(of(1, 1000), CODES)
    threading.Timer(0.2, disk.lets_go.set).start()  # of which twenty times as long is rested
    saving.save(of(2), CODES)
    assert disk.saved[-1] == 2


@pytest.mark.parametrize("error", [OSError("No space left on device"), MemoryError(), ValueError("no JSON")])
def test_what_cannot_be_written_holds_up_nothing_and_is_tried_again(error: Exception) -> None:
    disk = Disk()
    disk.error = error
    saving = saver(disk)
    saving.save(of(1), CODES)
    saving.save(of(2, 1000), CODES)
    saving.save(of(3), CODES)
    assert disk.saved == []
    disk.error = None
    until(lambda: disk.saved == [3])


def test_a_worker_ends_although_its_disk_is_full() -> None:
    disk = Disk()
    disk.error = OSError("No space left on device")
    saving = saver(disk)
    saving.save(of(1), CODES)
    saving.stop()
    assert saving._thread is not None
    saving._thread.join(PATIENCE_SECONDS)
    assert not saving._thread.is_alive()


def test_a_thread_that_cannot_be_started_is_started_later() -> None:
    disk = Disk()
    saving = saver(disk)
    with no_more_threads(), pytest.raises(RuntimeError):
        saving.save(of(1), CODES)
    saving.save(of(2), CODES)
    assert disk.saved == [2]
