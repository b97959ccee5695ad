"""Plain HTTP as it is registered: channels only, as outgoing connections are those of REST."""

from __future__ import annotations

from zato.connector.connector import Connector
from zato.connector.http.channel import HTTP_CHANNEL

HTTP = Connector(name="http", title="HTTP", http_channel=HTTP_CHANNEL)
