"""A cluster that has just been made, and so has no administrator yet, gets the token to become one: root's work."""

from __future__ import annotations

from zato.appliance.create import exclusive
from zato.cluster import first_token_file
from zato.host.layout import APPLIANCE_LAYOUT as LAYOUT
from zato.host.settings import load_cluster
from zato.pki.names import ADMIN


def offer(number: int) -> None:
    """Puts a token into /etc/zato/first-token where there never was one, by server `number`, which has started."""
    if LAYOUT.first_token.exists() or load_cluster(LAYOUT).has_joined:
        return
    # Each start of a server waits for this, and needs it once
    from zato.client.api import ApiClient
    from zato.cluster.first_token import token_where_needed

    with exclusive():
        if LAYOUT.first_token.exists():
            return
        token = token_where_needed(ApiClient.over_socket(LAYOUT.server(number).internal_socket, principal=ADMIN))
        if token is not None:
            first_token_file.write(LAYOUT.first_token, token)
