"""What a source says that it uses, as far as it can be read."""

from __future__ import annotations

import ast

from zato.deployment.loader.uses import uses_in

SOURCE = """
from zato.server.service import Service

CRM = 'CRM'
TWICE = 'a'
TWICE = 'b'

class Shop(Service):
    def handle(self):
        self.out.rest['Stock'].conn.get(self.cid)
        self.outgoing.sql["Orders"].session()
        self.out.rest[CRM].conn.get(self.cid)
        self.out.rest.get('Other')
        self.out.rest['Stock'].conn.post(self.cid)
        self.out.rest[TWICE]
        self.out.rest[self.request.input.name]
        self.invoke('shop.price', {'a': 1})
        self.invoke_async('shop.mail')
        self.invoke(Shop)
        other = {}
        other.out.rest['Not-ours'], other['key'], self.user_config['Key']
"""


def test_names_that_are_written_out_or_constants_are_found_once() -> None:
    found = {(use.kind, use.name): use.line for use in uses_in(ast.parse(SOURCE))}
    assert found == {
        ("outgoing-rest", "Stock"): 10,
        ("outgoing-sql", "Orders"): 11,
        ("outgoing-rest", "CRM"): 12,
        ("outgoing-rest", "Other"): 13,
        ("service", "shop.price"): 17,
        ("service", "shop.mail"): 18,
    }
