"""The services that are compared, in FastAPI. Runs in a virtual environment of its own: see tools/prepare."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel


class Line(BaseModel):
    product: str
    count: int
    price: float


class Order(BaseModel):
    customer: str
    number: int
    lines: list[Line]


app = FastAPI()


@app.get("/zato/health")
async def health() -> PlainTextResponse:
    """What HAProxy asks for."""
    return PlainTextResponse("ok")


@app.get("/hello")
async def hello() -> dict[str, str]:
    return {"hello": "world"}


@app.post("/echo")
async def echo(order: Order) -> Order:
    return order
