"""Pauses between attempts."""

from __future__ import annotations

import pytest

from zato.core.backoff import Backoff


def test_pauses_grow_up_to_the_longest() -> None:
    backoff = Backoff(0.1, 2.0)
    assert [backoff.pause_after(failures) for failures in range(1, 7)] == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 2.0])
    assert backoff.pause_after(10**9) == 2.0


def test_by_another_factor() -> None:
    assert [Backoff(1, 300, 5).pause_after(failures) for failures in range(1, 6)] == [1, 5, 25, 125, 300]


@pytest.mark.parametrize(("chance", "expected"), [(0.0, 0.2), (0.5, 0.3), (1.0, 0.4)])
def test_chance_spreads_them_between_half_and_all(chance: float, expected: float) -> None:
    assert Backoff(0.2, 2.0).spread_after(2, chance) == pytest.approx(expected)
