"""The marker of a server that is to get no new requests."""

from __future__ import annotations

from pathlib import Path

import pytest

from zato.host.draining import Draining, Reason


@pytest.fixture
def draining(tmp_path: Path) -> Draining:
    return Draining(tmp_path / "draining")


def test_a_server_drains_from_beginning_to_end(draining: Draining) -> None:
    assert draining.reason() is None
    draining.begin(Reason.STOPPING)
    assert draining.reason() is Reason.STOPPING
    draining.end(Reason.STOPPING)
    draining.end(Reason.STOPPING)
    assert draining.reason() is None


def test_what_an_operator_asked_for_outlives_a_stop_and_a_start(draining: Draining) -> None:
    draining.begin(Reason.OPERATOR)
    draining.begin(Reason.STOPPING)
    draining.end(Reason.STOPPING)
    assert draining.reason() is Reason.OPERATOR


def test_an_operator_can_ask_for_it_while_a_server_stops(draining: Draining) -> None:
    draining.begin(Reason.STOPPING)
    draining.begin(Reason.OPERATOR)
    draining.end(Reason.STOPPING)
    assert draining.reason() is Reason.OPERATOR


def test_an_operator_does_not_hold_up_a_server_that_stops(draining: Draining) -> None:
    draining.begin(Reason.STOPPING)
    draining.end(Reason.OPERATOR)
    assert draining.reason() is Reason.STOPPING


def test_a_file_made_by_hand_is_an_operators(tmp_path: Path) -> None:
    (tmp_path / "draining").touch()
    assert Draining(tmp_path / "draining").reason() is Reason.OPERATOR
