"""Types of messages, of each kind that services may declare."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from zato.server.service import Model


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Line(msgspec.Struct):
    sku: str
    count: Annotated[int, msgspec.Meta(ge=1)]


class Order(msgspec.Struct, rename="camel"):
    order_id: UUID
    placed_on: date
    lines: list[Line]
    total: Decimal | None = None


class Strict(msgspec.Struct, forbid_unknown_fields=True):
    name: str


class Search(msgspec.Struct):
    text: str
    limit: int = 10
    exact: bool = False
    colours: list[Colour] = []
    sort: Literal["name", "age"] = "name"
    price: Decimal | None = None


@dataclass
class Person:
    name: str
    age: int = 0
    tags: list[str] = field(default_factory=list)


@dataclass(init=False)
class Customer(Model):
    name: str
    segment: str = "RNZ"


class Address(Model):
    city: str
    country: str = "NZ"


class Company(Model):
    name: str
    offices: list[Address]
