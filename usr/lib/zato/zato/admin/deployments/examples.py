"""Services to begin with, each deployed by a click."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """A file, and what it shows."""

    name: str
    title: str
    file_name: str
    source: str


_HELLO = '''\
from zato.server.service import Service


class Hello(Service):
    """Greets whoever is named."""

    input = 'name'

    def handle(self):
        self.response.payload = {'greeting': f'Hello, {self.request.input.name}!'}
'''
_ORDER = '''\
from zato.server.service import Int, Service


class Total(Service):
    """What so many pieces cost."""

    input = 'article', Int('pieces'), Int('price_cents')

    def handle(self):
        order = self.request.input
        self.response.payload = {'article': order.article, 'total_cents': order.pieces * order.price_cents}
'''
_LATER = '''\
from zato.server.service import Service


class Note(Service):
    """Writes a line to the log."""

    input = 'text'

    def handle(self):
        self.logger.info('Noted: %s', self.request.input.text)


class Later(Service):
    """Has a note written by a message: the answer does not wait for it, and nothing is lost."""

    input = 'text'

    def handle(self):
        self.response.payload = {'cid': self.invoke_async('notes.note', {'text': self.request.input.text})}
'''
EXAMPLES = {
    each.name: each
    for each in (
        Example("hello", "A greeting", "hello.py", _HELLO),
        Example("order", "Typed input", "order.py", _ORDER),
        Example("notes", "An asynchronous invocation", "notes.py", _LATER),
    )
}
"""By name."""
