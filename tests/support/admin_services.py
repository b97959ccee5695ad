"""Services for tests of the admin API."""

from __future__ import annotations

import functools

from zato.deployment.loader import CodeSet

SERVICES = b"""
import msgspec
from zato.server.service import Int, Service

class Echo(Service):
    name = "demo.echo"

    def handle(self):
        self.response.payload = {"echo": self.request.payload, "principal": self.request.principal.name}

class Fails(Service):
    name = "demo.fails"

    def handle(self):
        raise RuntimeError("a secret in an exception")

class Part(msgspec.Struct):
    size: int

class Order(msgspec.Struct):
    sku: str
    parts: list[Part]

class Typed(Service):
    '''Takes an order.

    In two parts.
    '''

    name = "demo.typed"
    input = Order
    output = Int("number")

    def handle_GET(self):
        pass

class Http(Service):
    name = "demo.http"

    def handle(self):
        http = self.request.http
        self.response.payload = [http.method, http.path, dict(http.GET), http.headers.get("x-app"), dict(http.params)]

class Teapot(Service):
    name = "demo.teapot"

    def handle(self):
        self.response.status_code = 418
        self.response.payload = "short and stout"
"""


@functools.cache
def codes() -> CodeSet:
    """The services; a set of code is never changed, so all tests have the same."""
    return CodeSet().with_deployment("demo.py", SERVICES, 1)
