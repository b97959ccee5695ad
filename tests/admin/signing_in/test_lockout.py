"""Who has to wait after wrong passwords."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from zato.admin.signing_in.lockout import ONE_MAX, PAIR_MAX, WINDOW, Attempt, locked_until

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
ANN = Attempt("zato", "ann", "192.0.2.7")


def failed(count: int, name: str = "ann", address: str = "192.0.2.7") -> list[tuple[str, str, datetime]]:
    return [(name, address, NOW - timedelta(seconds=number)) for number in range(count)]


def test_a_name_from_one_address_has_five_tries() -> None:
    assert locked_until(ANN, failed(PAIR_MAX - 1), NOW) is None
    assert locked_until(ANN, failed(PAIR_MAX), NOW) == NOW + WINDOW


def test_others_do_not_lock_somebody_out_with_a_few() -> None:
    assert locked_until(ANN, failed(PAIR_MAX, address="198.51.100.1"), NOW) is None
    assert locked_until(ANN, failed(PAIR_MAX, name="bob"), NOW) is None


def test_many_names_from_one_address_and_one_name_from_many_are_guessing() -> None:
    names = [each for number in range(ONE_MAX) for each in failed(1, name=f"user{number}")]
    addresses = [each for number in range(ONE_MAX) for each in failed(1, address=f"192.0.2.{number}")]
    assert locked_until(ANN, names, NOW) is not None
    assert locked_until(ANN, addresses, NOW) is not None


def test_it_is_over_after_a_while() -> None:
    assert locked_until(ANN, failed(PAIR_MAX), NOW + WINDOW) is None
