"""What somebody may have meant: found among many, and in bounded time."""

from __future__ import annotations

import time

from zato.core.suggestions import nearest


def test_what_was_meant_is_found_among_many() -> None:
    known = [f"shop.orders.{number:04}.place" for number in range(4000)] + ["payments.refund"]
    assert nearest("Payment.refund", known) == "payments.refund"


def test_many_long_names_that_are_alike_cost_little_time() -> None:
    known = [f"{'a' * 100}{number}" for number in range(5000)]
    started = time.process_time()
    assert nearest("a" * 120, known) in known
    assert time.process_time() - started < 1
