"""Column types that hold the same values on every database.

What differs between databases and is levelled here: Oracle stores an empty string as NULL, MySQL compares without
regard to case and keeps neither fractions of a second nor more than 64 KB of text unless asked, PostgreSQL refuses
NUL bytes, SQLite checks no length.

What is a database's own is imported for that database only, which has loaded it by then: it takes megabytes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, LargeBinary, String, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from zato.core.errors import InvalidInput

# SQLite numbers rows by itself only where the type is exactly INTEGER
BIG_ID = BigInteger().with_variant(Integer(), "sqlite")


def _long_text(dialect: Dialect) -> TypeEngine[Any]:
    if dialect.name == "mysql":
        from sqlalchemy.dialects.mysql import LONGTEXT

        return dialect.type_descriptor(LONGTEXT())
    return dialect.type_descriptor(Text())


class LongBinary(TypeDecorator[bytes]):
    """Bytes of any length up to what the database's largest object takes."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "mysql":
            from sqlalchemy.dialects.mysql import LONGBLOB

            return dialect.type_descriptor(LONGBLOB())
        return dialect.type_descriptor(LargeBinary())


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time with microseconds: always aware and in UTC in Python, stored without a time zone."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "mysql":
            from sqlalchemy.dialects.mysql import DATETIME

            return dialect.type_descriptor(DATETIME(fsp=6))
        if dialect.name == "oracle":
            from sqlalchemy.dialects.oracle import TIMESTAMP

            return dialect.type_descriptor(TIMESTAMP())
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"A time without a time zone cannot be stored: {value.isoformat()}.")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Label(TypeDecorator[str]):
    """A name of 1 to `length` characters. Anything else raises InvalidInput instead of being cut or stored as NULL."""

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if not 0 < len(value) <= self.length:
            shown = value if len(value) <= 40 else value[:40] + "..."
            raise InvalidInput(f"{shown!r} has {len(value)} characters where the ODB takes 1 to {self.length}.")
        if "\x00" in value or not _is_unicode(value):
            raise InvalidInput(f"{value!r} has characters that are not text; use letters, digits and punctuation.")
        return value


class Prose(TypeDecorator[str]):
    """Text for people, of any length. Empty text is stored as NULL and what is not text is replaced by U+FFFD."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return _long_text(dialect)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if not value:
            return None
        if not _is_unicode(value):
            value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return value.replace("\x00", "\ufffd")


class Document(TypeDecorator[str]):
    """A JSON document as text: never empty, never with a NUL in it."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return _long_text(dialect)


def _is_unicode(value: str) -> bool:
    """Whether the text can be written as UTF-8: a lone surrogate cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


class octets(FunctionElement[int]):  # noqa: N801 - a function
    """How many bytes a text has in UTF-8, found out by the database; of characters with Oracle. NULL for NULL."""

    type = Integer()
    inherit_cache = True


@compiles(octets)
def _octets(element: octets, compiler: SQLCompiler, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    match compiler.dialect.name:
        case "sqlite":  # octet_length came with 3.43
            return f"length(CAST({text} AS BLOB))"
        case "oracle":  # of a CLOB there is nothing else
            return f"length({text})"
    return f"octet_length({text})"
