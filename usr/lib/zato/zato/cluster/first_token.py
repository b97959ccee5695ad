"""Whether a cluster that runs needs a token for its first administrator, and the token."""

from __future__ import annotations

import time
from collections.abc import Callable

from zato.client.api import ApiClient
from zato.cluster.first_administrator import LIFE
from zato.config.kinds import letting_in
from zato.core.errors import Unavailable
from zato.core.principal import Role
from zato.pki.names import ADMIN

_STARTING_SECONDS = 5.0
_PAUSE_SECONDS = 0.25


def token_where_needed(client: ApiClient, *, sleep: Callable[[float], None] = time.sleep) -> str | None:
    """A new token; None where there are people who can let others in, or a token that is still good.

    Such a token is on another machine of the cluster, as is whoever has used one.
    """
    if _has_people(client, sleep) or client.status().get("first_token_expires") is not None:
        return None
    return str(client.new_first_token(int(LIFE.total_seconds()))["token"])


def _has_people(client: ApiClient, sleep: Callable[[float], None]) -> bool:
    """Whether there is an administrator other than a machine's root."""
    deadline = time.monotonic() + _STARTING_SECONDS
    while True:
        try:
            items = [item for kind in letting_in() for item in client.items(kind.name)["items"]]
            return any(Role.ADMIN in item["value"]["roles"] and item["name"] != ADMIN for item in items)
        except Unavailable:  # the server has only just started
            if time.monotonic() > deadline:
                raise
            sleep(_PAUSE_SECONDS)
