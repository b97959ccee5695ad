"""What a ping of an outgoing SQL connection finds."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from zato.connector.connection import PingResult
from zato.connector.outcome import Stage
from zato.core.errors import OutgoingFailed


def ping(source: str, new_engine: Callable[[], Engine], resolve: Callable[[Engine], None]) -> PingResult:
    """Resolve the host's name, connect anew, authenticate and ask for one row. `source` is who answers."""
    started = time.perf_counter()
    stage, message = Stage.DONE, f"{source} answered a query."
    engine = None
    try:
        engine = new_engine()
        resolve(engine)
        with engine.connect() as connection:
            connection.execute(select(1)).all()
    except OutgoingFailed as error:
        stage, message = Stage(error.stage), error.message
    except SQLAlchemyError as error:
        stage, message = Stage.QUERY, f"{source} refused a query ({type(error).__name__})."
    except Exception as error:  # noqa: BLE001 - a driver may raise anything for a parameter that it cannot take
        stage, message = Stage.REQUEST, f"{source} cannot be opened as its URL says ({type(error).__name__})."
    finally:
        if engine is not None:
            engine.dispose()
    return PingResult(stage is Stage.DONE, stage, message, (time.perf_counter() - started) * 1000)
