"""A cluster that has just been made, and so has no administrator yet, gets the token to become one: root's work."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from zato.appliance.create import alone
from zato.core.errors import Unavailable
from zato.core.principal import Role
from zato.host import first_token
from zato.host.layout import APPLIANCE_LAYOUT as LAYOUT
from zato.host.settings import load_cluster
from zato.pki.names import ADMIN

if TYPE_CHECKING:
    from zato.client.api import ApiClient

_STARTING_SECONDS = 5.0
_PAUSE_SECONDS = 0.25


def offer(number: int) -> None:
    """Puts a token into /etc/zato/first-token where there never was one, by server `number`, which has started."""
    if LAYOUT.first_token.exists() or load_cluster(LAYOUT).has_joined:
        return
    # Each start of a server waits for this, and needs it once
    from zato.client.api import ApiClient
    from zato.cluster.first_administrator import LIFE

    with alone():
        client = ApiClient.over_socket(LAYOUT.server(number).internal_socket, principal=ADMIN)
        # Where its file was deleted, there are people by now who can let others in
        # A token that is still good is on another machine of the cluster
        if not LAYOUT.first_token.exists() and not _has_people(client) and not _has_token(client):
            first_token.write(LAYOUT.first_token, client.new_first_token(int(LIFE.total_seconds()))["token"])


def _has_token(client: ApiClient) -> bool:
    return client.status().get("first_token_expires") is not None


def _has_people(client: ApiClient) -> bool:
    """Whether there is an administrator other than this machine's root."""
    from zato.config.kinds import letting_in

    deadline = time.monotonic() + _STARTING_SECONDS
    while True:
        try:
            items = [item for kind in letting_in() for item in client.items(kind.name)["items"]]
            return any(Role.ADMIN in item["value"]["roles"] and item["name"] != ADMIN for item in items)
        except Unavailable:  # it has only just started
            if time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_SECONDS)
