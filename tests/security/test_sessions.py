"""People's tokens: whoever guesses locks out nobody beside them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from zato.core.errors import TooManyRequests, Unauthorized
from zato.odb.sessions import Found, Session, Sessions
from zato.security.sessions import NewToken, PeopleSessions, new_token

NOW = datetime(2030, 1, 1, tzinfo=UTC)
SOURCE = "192.0.2.1"


class StillClock:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 1000.0


class Kept:
    """What the ODB has."""

    def __init__(self) -> None:
        self.found: dict[str, Found] = {}
        self.looked = 0

    def open(self) -> NewToken:
        token = new_token()
        session = Session(
            token.session_id, "jane", 7, ("operator",), NOW, NOW + timedelta(hours=1), timedelta(hours=1), NOW, "", None
        )
        self.found[token.session_id] = Found(session, token.digest, 7)
        return token

    def find(self, session_id: str) -> Found | None:
        self.looked += 1
        return self.found.get(session_id)

    def used(self, session_id: str, at: datetime) -> None:
        raise AssertionError


def wrong_ones(people: PeopleSessions, number: int) -> None:
    for _ in range(number):
        with pytest.raises(Unauthorized):
            people.principal(new_token().token, SOURCE, 3)


def test_where_too_many_were_wrong_those_known_to_be_valid_go_on_and_no_others_are_looked_for() -> None:
    kept = Kept()
    people = PeopleSessions(cast(Sessions, kept), StillClock())
    known, unknown = kept.open(), kept.open()
    assert people.principal(known.token, SOURCE, 3).name == "jane"
    wrong_ones(people, 3)
    assert people.principal(known.token, SOURCE, 3).name == "jane"
    looked = kept.looked
    secret = known.token.rpartition(".")[2]
    changed = known.token.removesuffix(secret) + secret[::-1]
    for token in (unknown.token, changed, new_token().token, "nonsense"):
        with pytest.raises(TooManyRequests):
            people.principal(token, SOURCE, 3)
    assert kept.looked == looked


def test_one_that_has_ended_is_not_known_any_longer() -> None:
    kept = Kept()
    people = PeopleSessions(cast(Sessions, kept), StillClock())
    known = kept.open()
    people.principal(known.token, SOURCE, 3)
    wrong_ones(people, 3)
    kept.found.clear()
    with pytest.raises(Unauthorized):
        people.principal(known.token, SOURCE, 3)
    with pytest.raises(TooManyRequests):
        people.principal(known.token, SOURCE, 3)
