"""Services and channels that tests send bad input to, and a good one that is asked beside it."""

from __future__ import annotations

from support.cluster import RunningCluster
from zato.host.settings import ServerSettings

GOOD = "/good"
ECHO = "/echo"
LARGE = "/large"
READ = "/read"
TYPED = "/typed/{id}"
NESTED = "/nested"
ONLY_GET = "/only-get"

SOURCE = """
import enum
import msgspec
from zato.server.service import Bool, Date, Int, Service

class Colour(enum.StrEnum):
    RED = 'red'
    BLUE = 'blue'

class Line(msgspec.Struct, forbid_unknown_fields=True):
    sku: str
    count: int
    colour: Colour | None = None

class Order(msgspec.Struct):
    lines: list[Line]
    note: str = ''

class Good(Service):
    name = 'hostile.good'

    def handle(self):
        self.response.payload = {'good': True}

class Echo(Service):
    '''What arrived, whoever is allowed to ask.'''
    name = 'hostile.echo'

    def handle(self):
        http = self.request.http
        self.response.payload = {
            'principal': self.request.principal.name,
            'method': http.method,
            'path': http.path,
            'query': http.query_string,
            'headers': dict(http.headers),
            'body_bytes': len(http.body),
        }

class Large(Service):
    name = 'hostile.large'
    input = Int('bytes')

    def handle(self):
        self.response.payload = b'x' * min(max(self.request.input.bytes, 0), 5_000_000)

class Read(Service):
    '''Whatever JSON or form was sent, and the parameters of the query.'''
    name = 'hostile.read'

    def handle(self):
        self.response.payload = {'payload': self.request.payload, 'query': dict(self.request.http.GET)}

class Typed(Service):
    '''Declared fields of several types.'''
    name = 'hostile.typed'
    input = Int('id'), Int('count'), Bool('-flag'), Date('-day'), '-note'
    output = Int('id'), Int('count'), '-note'

    def handle(self):
        given = self.request.input
        self.response.payload = {'id': given.id, 'count': given.count, 'note': given.note}

class Nested(Service):
    '''A message with messages in it.'''
    name = 'hostile.nested'
    input = Order

    def handle(self):
        self.response.payload = len(self.request.input.lines)
"""

_CHANNELS = (
    ("channel-rest", GOOD, "good", {"methods": ["GET"]}),
    ("channel-rest", ECHO, "echo", {"max_body_bytes": ServerSettings().max_body_bytes}),
    ("channel-http", LARGE, "large", {"methods": ["GET"], "content_type": "application/octet-stream"}),
    ("channel-rest", READ, "read", {"methods": ["GET", "POST"]}),
    ("channel-rest", TYPED, "typed", {"methods": ["GET", "POST"]}),
    ("channel-rest", NESTED, "nested", {"methods": ["POST"]}),
    ("channel-rest", ONLY_GET, "echo", {"methods": ["GET"]}),
)


def expose(cluster: RunningCluster) -> None:
    """Deploy the services, and wait until every worker knows their channels."""
    api = cluster.api()
    api.deploy("hostile.py", SOURCE.encode())
    for kind, path, service, more in _CHANNELS:
        name = "hostile" + path.replace("/", ".").replace("{", "").replace("}", "")
        api.create_item(kind, name, {"service": f"hostile.{service}", "path": path, **more})
    cluster.settle()
