"""Pausing the collector of garbage."""

from __future__ import annotations

import gc
import threading

import pytest

from support.waiting import PATIENCE_SECONDS
from zato.core.collection import collect_whole_seldom, collection_paused


def test_it_is_paused_until_the_last_block_ends_in_whatever_thread() -> None:
    entered, leave = threading.Event(), threading.Event()

    def other() -> None:
        with collection_paused():
            entered.set()
            leave.wait(PATIENCE_SECONDS)

    thread = threading.Thread(target=other)
    with collection_paused():
        assert not gc.isenabled()
        thread.start()
        assert entered.wait(PATIENCE_SECONDS)
    assert not gc.isenabled()
    leave.set()
    thread.join()
    assert gc.isenabled()


def test_it_goes_on_after_an_error() -> None:
    with pytest.raises(ValueError, match="x"), collection_paused():
        raise ValueError("x")
    assert gc.isenabled()


def test_where_it_was_off_it_stays_off() -> None:
    gc.disable()
    try:
        with collection_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_all_that_a_process_keeps_is_gone_through_less_often_and_what_is_young_as_ever() -> None:
    before = gc.get_threshold()
    try:
        collect_whole_seldom()
        assert gc.get_threshold()[:2] == before[:2]
        assert gc.get_threshold()[2] > before[2]
    finally:
        gc.set_threshold(*before)
