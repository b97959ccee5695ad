"""How a statement or a transaction has ended, in a word."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from zato.connector.outcome import outcome_of
from zato.core.errors import OutgoingFailed


def outcome_of_sql(error: BaseException) -> str:
    """`refused` by the database, `rolled-back` since the service has raised something, or as of every call."""
    if isinstance(error, OutgoingFailed):
        return outcome_of(error)
    if isinstance(error, SQLAlchemyError):
        return "refused"
    return "rolled-back" if isinstance(error, Exception) else "interrupted"
