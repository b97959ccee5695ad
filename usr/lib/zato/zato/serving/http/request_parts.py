"""The parts of a request, read strictly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec

from zato.config.kinds import kind_named
from zato.config.kinds.text import name_error
from zato.core import json
from zato.core.declared import fields_of, info_of
from zato.core.errors import Forbidden, InvalidInput, NotFound, TooLarge
from zato.core.mismatches import mismatches
from zato.core.server_name import name_of
from zato.core.validation_errors import ValidationErrors
from zato.serving.http.request import needs_memory

S = TypeVar("S", bound=msgspec.Struct)

JSON = "application/json"
_NUMBER = re.compile(r"[0-9]{1,18}")
_ETAG = re.compile(r'(?:W/)?"([0-9]{1,18})"')
_PARAMETERS_MAX = 20
_SMALL_BYTES = 4096
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def refuse_cross_site(environ: Mapping[str, Any]) -> None:
    """Raises Forbidden where a browser says that another site's page makes it change something here.

    Certificates and HTTP Basic credentials are sent by browsers by themselves, so they prove no intent.
    """
    if environ["REQUEST_METHOD"] in _SAFE:
        return
    site = environ.get("HTTP_SEC_FETCH_SITE", "none")
    origin = environ.get("HTTP_ORIGIN")
    foreign = origin is not None and origin.partition("://")[2] != environ.get("HTTP_HOST", "")
    if site not in {"none", "same-origin"} or foreign:
        raise Forbidden("Changes cannot be made from the pages of another site.", code="cross-site")


def read_query(query_string: str, struct: type[S]) -> S:
    """The query as a struct. Raises InvalidInput for what is unknown, repeated or not valid."""
    try:
        pairs = parse_qsl(
            query_string,
            keep_blank_values=True,
            strict_parsing=bool(query_string),
            errors="strict",
            max_num_fields=_PARAMETERS_MAX,
        )
    except (ValueError, UnicodeError) as error:
        raise InvalidInput("The query is not valid; write it as name=value&name=value in UTF-8.") from error
    values = dict(pairs)
    if len(values) != len(pairs):
        raise InvalidInput("The query has a parameter twice; send it once.")
    read = _convert(values, struct, "The query", strict=False)
    for field in fields_of(struct):  # the library takes the text "null" for null
        if field.encode_name in values and getattr(read, field.name) is None:
            text = f"{field.encode_name}: leave it out instead of sending null"
            raise InvalidInput(f"The query is not valid: {text}.", details=(text,))
    return read


def read_body(environ: Mapping[str, Any], limit: int) -> bytes:
    """The whole body. Raises TooLarge, and InvalidInput where it ends too early."""
    length = environ.get("CONTENT_LENGTH") or None
    if length is None and "HTTP_TRANSFER_ENCODING" not in environ:
        return b""
    if length is not None and not _NUMBER.fullmatch(length):
        raise InvalidInput("The Content-Length is not a number.", code="invalid-request")
    wanted = limit + 1 if length is None else int(length)
    if length is not None and wanted > limit:
        raise _too_large(limit)
    counts = min(wanted, limit) > _SMALL_BYTES
    if counts:
        needs_memory(environ, min(wanted, limit) * 2)
    data: bytes = environ["wsgi.input"].read(wanted)
    if len(data) > limit:
        raise _too_large(limit)
    if length is not None and len(data) < wanted:
        raise InvalidInput("The message ended before its Content-Length was reached.", code="incomplete-message")
    if counts:
        needs_memory(environ, json.memory_of(data))
    return data


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The message is larger than {limit} bytes, which is the most that is taken here.")


def check_content_type(content_type: str, accepted: tuple[str, ...]) -> str:
    """The media type. Raises InvalidInput with status 415 unless it is one of `accepted`.

    That a type must be named, and none of those that a form can send, is a part of refusing cross-site requests.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type not in accepted:
        error = InvalidInput(
            f"The Content-Type must be {' or '.join(accepted)}, not {media_type[:100] or 'absent'}.",
            code="unsupported-media-type",
        )
        error.status = 415
        raise error
    return media_type


def read_json(data: bytes, struct: type[S]) -> S:
    """The JSON body as a struct. Raises InvalidInput that names the field."""
    if not data:
        raise InvalidInput("The message has no body; send a JSON object.", code="invalid-json")
    return _convert(json.decode(data), struct, "The body", strict=True)


def _convert(value: Any, struct: type[S], what: str, *, strict: bool) -> S:
    try:
        return msgspec.convert(value, struct, strict=strict)
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        mismatched = mismatches(value, struct, info_of(struct), strict=strict)
        errors = ValidationErrors()
        for each in mismatched.found:
            text = f"{each.path}: {each.reason}" if each.path else each.reason
            errors.add(text.encode("utf-8", "backslashreplace").decode())
        errors.count(mismatched.more)
        details = tuple(errors.as_list())
        more = f" (and {len(details) - 1} more, see the details)" if len(details) > 1 else ""
        raise InvalidInput(f"{what} is not valid: {details[0]}{more}.", details=details) from error


def number_in_path(text: str, what: str) -> int:
    """A positive number from the path; raises NotFound, since nothing else can be there. A server may be `server-1`."""
    if what == "server":
        text = text.removeprefix("server-")
    if not _NUMBER.fullmatch(text) or int(text) == 0:
        raise NotFound(f"There is no {what} {text[:40]!r}.")
    return int(text)


def key_in_path(params: Mapping[str, str]) -> tuple[str, str]:
    """Kind and name from the path. Raises NotFound for what cannot be there, before any database sees it."""
    kind, name = kind_named(params["kind"]).name, params["name"]
    if kind == "server":
        name = name_of(name)
    if name_error(name) is not None:
        raise NotFound(f"There is no {kind} named {name[:120]!r}.", code="no-such-item")
    return kind, name


def stated_revision(given: int | None, environ: Mapping[str, Any]) -> int | None:
    """The revision that a change started from, of the body or query and of If-Match, which must not disagree."""
    header = environ.get("HTTP_IF_MATCH")
    if header is not None:
        match = _ETAG.fullmatch(header.strip())
        if match is None:
            raise InvalidInput('If-Match must be the ETag of the item, such as "42".')
        matched = int(match[1])
        if given is not None and given != matched:
            raise InvalidInput(f"The revision is {given} and If-Match says {matched}; send one of them.")
        return matched
    return given


def expected_revision(given: int | None, environ: Mapping[str, Any]) -> int:
    """The same where it must be there."""
    stated = stated_revision(given, environ)
    if stated is None:
        raise InvalidInput(
            "The change does not say which revision it started from; send the item's revision, or If-Match.",
            code="revision-missing",
        )
    return stated
