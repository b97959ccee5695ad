"""One operation of the admin API: everything that dispatching, authorising and documenting it take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from zato.admin_api.schemas.values import ChangeQuery, Nothing
from zato.config.writer import Author
from zato.core.errors import ZatoError
from zato.core.principal import Authentication, Principal, Right
from zato.odb.audit import Origin
from zato.security.authentication import INTERNAL_DOOR, PEER
from zato.security.authorisation import right_to_change

BODY_BYTES_MAX = 1024 * 1024
_ADDRESS_CHARACTERS_MAX = 64


@dataclass(frozen=True, slots=True)
class Call:
    """One authorised request. `query` and `body` are of the types of the route, `raw` is the body as it came."""

    principal: Principal
    cid: str
    params: Mapping[str, str]
    query: Any
    body: Any
    raw: bytes
    environ: Mapping[str, Any]

    @property
    def by(self) -> Author:
        """The principal as the author of changes."""
        return author_of(self.principal, self.cid, self.environ)


def author_of(principal: Principal, cid: str, environ: Mapping[str, Any]) -> Author:
    """The principal as the author of changes, with where the request came from."""
    inside = environ.get(INTERNAL_DOOR) is True
    address = None if inside else environ.get(PEER, "")[:_ADDRESS_CHARACTERS_MAX] or None
    return Author(principal.name, cid, Origin(address, principal.through))


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: `body` is a struct that becomes JSON, or bytes of `content_type`."""

    body: Struct | bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Route:
    """A method of a path. `right` None stands for the right to change items of the kind in the path.

    `request` is the schema of the JSON body, or the media types of a body that is handed on as it is; `response` the
    schema of the answer, or its media type. `errors` are those beside 400, 401, 403, 404 of paths with parameters, 413
    and 503.
    """

    method: str
    path: str
    operation: str
    summary: str
    handle: Callable[[Call], Answer]
    right: Right | None
    response: type[Struct] | str
    request: type[Struct] | tuple[str, ...] | None = None
    json_request: type[Struct] | None = None
    """Beside media types: the schema of a JSON body that may come instead."""
    query: type[Struct] = Nothing
    status: int = 200
    errors: tuple[type[ZatoError], ...] = ()
    body_bytes_max: int = BODY_BYTES_MAX
    also: Mapping[int, type[Struct]] = field(default_factory=dict)
    """Other answers that are no errors, by their statuses."""
    known_by: Authentication | None = None
    """The only means by which whoever asks may be known; None: any."""
    open: bool = False
    """Anybody may send a request, since its body has to prove who may: no right is asked for."""

    @property
    def previews(self) -> bool:
        """Whether it takes `dry_run`, with which it changes nothing, and answers 200 with a Preview."""
        return issubclass(self.query, ChangeQuery)

    def right_for(self, params: Mapping[str, str]) -> Right:
        """The right that a request with these path parameters takes."""
        return right_to_change(params.get("kind", "")) if self.right is None else self.right
