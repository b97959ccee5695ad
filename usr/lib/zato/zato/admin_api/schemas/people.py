"""Sessions, whoever asks, and the first administrator."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from zato.admin_api.schemas.oneself import Code
from zato.admin_api.schemas.values import ItemName, Principal, RequestSchema, ResponseSchema
from zato.cluster.first_administrator import LIFE
from zato.security.sessions import IDLE, LIFE_MAX
from zato.security.sessions import LIFE as SESSION_LIFE


class NewSession(RequestSchema, frozen=True):
    """A session of whoever's user name and password the request has."""

    client: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=60,
            pattern=r"^[A-Za-z0-9 ._:@-]+\Z",
            description="What opens it, such as `console`; lists and the audit log show it.",
        ),
    ]
    code: Annotated[Code, Meta(description="Of whoever has a second factor.")] | None = None
    seconds: Annotated[int, Meta(ge=60, le=int(LIFE_MAX.total_seconds()), description="It ends after that.")] = int(
        SESSION_LIFE.total_seconds()
    )
    idle_seconds: Annotated[
        int, Meta(ge=60, le=int(LIFE_MAX.total_seconds()), description="It ends when it was not used for that long.")
    ] = int(IDLE.total_seconds())


class Session(ResponseSchema, frozen=True):
    """Somebody who is known for a while; `current` is the session that asks."""

    id: str
    principal: str
    roles: list[str]
    created: datetime
    expires: datetime
    idle_seconds: int
    used: datetime
    client: str
    address: str | None
    current: bool


class OpenedSession(ResponseSchema, frozen=True):
    """A session, and its token, which is shown this once."""

    token: str
    session: Session


class SessionsQuery(RequestSchema, frozen=True):
    """Whose: one's own unless somebody is named, or everybody's are asked for."""

    principal: Principal | None = None
    everybodys: bool = False


class Sessions(ResponseSchema, frozen=True):
    """Sessions that can be used, the ones used last first."""

    sessions: list[Session]


class EndedSession(ResponseSchema, frozen=True):
    """A session that can be used no more."""

    id: str


class KindRights(ResponseSchema, frozen=True):
    """What somebody may do with items of a kind."""

    read: bool
    change: bool


class WhoAmI(ResponseSchema, frozen=True):
    """Who is asking."""

    name: str
    authentication: str
    roles: list[str]
    rights: list[str]
    """What the roles allow: `read`, `operate`, `deploy` and so on."""
    kinds: dict[str, KindRights]
    """What they allow with items of each kind."""
    cid: str


class TokenLife(RequestSchema, frozen=True):
    """For how long the token can be used."""

    seconds: Annotated[int, Meta(ge=1, le=7 * 86400)] = int(LIFE.total_seconds())


class FirstToken(ResponseSchema, frozen=True):
    """A token that is shown this once, and works once."""

    token: str
    expires: datetime


class FirstAdministrator(RequestSchema, frozen=True):
    """Who holds the token becomes an administrator, with HTTP Basic credentials of their choice."""

    token: Annotated[str, Meta(max_length=200)]
    name: Annotated[ItemName, Meta(description="Name of the security definition, and the user name.")]
    password: Annotated[str, Meta(max_length=200, description="From 8 characters to 72 bytes.")]
