"""What the current revision of the configuration is served by."""

from __future__ import annotations

from dataclasses import dataclass

from zato.serving.dispatcher import Dispatcher
from zato.serving.http.channels import Channel
from zato.serving.http.routes import RouteTable
from zato.serving.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class ServedRevision:
    """A snapshot, and what answers requests from it; a request stays with the one that it has begun with."""

    snapshot: Snapshot
    dispatcher: Dispatcher
    routes: RouteTable[Channel]
