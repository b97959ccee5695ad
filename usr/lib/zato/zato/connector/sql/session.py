"""A session that is one transaction, or as many as the service commits by itself."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from zato.connector.outcome import Observed
from zato.connector.sql.engine import limited
from zato.connector.sql.outcome import outcome_of_sql
from zato.core.errors import OutgoingFailed


class TransactionSession(Session):
    """`with` commits at its end, rolls back when the block raises, and gives the connection back in any case.

    Without `with`, commit() and close() are the service's to call, as with any session.
    """

    def __init__(
        self, connection: Connection, seconds: float, release: Callable[[Connection], None], call: Observed
    ) -> None:
        super().__init__(connection)
        self._call = call
        self._failed = False
        self._connection = connection
        self._seconds = seconds
        self._release = release

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if error is not None:
            self._note(error)
        try:
            if kind is None:
                self.commit()
        finally:
            self.close()

    def commit(self) -> None:
        try:
            with limited(self._connection, self._seconds):
                super().commit()
        except BaseException as error:
            self._note(error)
            raise

    def close(self) -> None:
        """Give the connection back; what was not committed is rolled back."""
        try:
            with limited(self._connection, self._seconds):
                super().close()
        except (SQLAlchemyError, OutgoingFailed):
            self._connection.invalidate()  # its database rolls back by itself; what went wrong before is what matters
        finally:
            if not self._failed:
                self._call.outcome = "ok"
            self._call.end()
            self._release(self._connection)

    def _note(self, error: BaseException) -> None:
        self._failed = True
        self._call.outcome = outcome_of_sql(error)
