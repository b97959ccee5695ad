"""Bodies of items, with secrets."""

from __future__ import annotations

from typing import Any

REST = {"service": "crm.get", "path": "/customers/{id}", "methods": ["GET"]}
BASIC = {"username": "crm", "password": "a long password"}
SQL = {"url": "mysql+pymysql://db/stock", "username": "zato", "password": "the secret of stock"}
PLAIN_SECRETS = ("a long password", "the secret of stock", "0123456789abcdef-key", "bearer-token-of-crm")


def field(item: Any, name: str) -> Any:
    return getattr(item.value, name)
