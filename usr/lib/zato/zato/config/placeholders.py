"""What an export leaves open, and an import fills in: ${NAME} for addresses and secrets. Pure.

They are filled in where the document has been read already, so a value is always one text, whatever it has in it. A
${ that is meant literally is written as $${, and one dollar more stands for each further one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from zato.config.export_document import Body
from zato.config.kinds import KINDS
from zato.core.errors import InvalidInput

MISSING = "placeholder-without-value"
NAME_PATTERN = "^[A-Za-z_][A-Za-z0-9_]{0,249}$"

Items = list[tuple[str, str, Any]]

# From the first dollar of several on, all of them or none: a text of nothing but dollars is read once
_OPENING = re.compile(r"(?<!\$)(\$++)\{")
_PLACE = re.compile(r"(?<!\$)(\$++)\{([^{}\n]{0,250}\})?")
_NAME = re.compile(NAME_PATTERN.removeprefix("^").removesuffix("$"))
_NOT_IN_NAME = re.compile(r"[^A-Z0-9]+")
_TAG_CHARACTERS = 6
_NAMES_SHOWN = 10


@dataclass(slots=True)
class Filled:
    """A document's items with values in their places; `unused` are the names of values that have none."""

    items: Items
    unused: tuple[str, ...]


@dataclass(slots=True)
class _Filling:
    values: Mapping[str, str]
    used: set[str] = field(default_factory=set)
    missing: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


def left_open(items: Iterable[tuple[str, str, Body]]) -> list[tuple[str, str, Body]]:
    """The items with a placeholder for each address and each secret that is set, and all else as it is."""
    listed = list(items)
    places = [(kind, name, one) for kind, name, fields in listed for one in _open_fields(kind, fields)]
    names = _names(places)
    return [
        (
            kind,
            name,
            {
                one: f"${{{names[kind, name, one]}}}" if (kind, name, one) in names else _escaped(value)
                for one, value in fields.items()
            },
        )
        for kind, name, fields in listed
    ]


def filled(items: Items, values: Mapping[str, str]) -> Filled:
    """The items with every placeholder replaced.

    Raises InvalidInput that names each placeholder without a value, and each ${ that is none.
    """
    filling = _Filling(values)
    done = [(kind, name, _within(filling, body, f"{kind} {name!r}")) for kind, name, body in items]
    details = [
        *(f"{name}: there is no value for ${{{name}}}, of {where}" for name, where in filling.missing.items()),
        *filling.errors,
    ]
    if details:
        if filling.missing:
            shown = [*filling.missing][:_NAMES_SHOWN]
            more = len(filling.missing) - len(shown)
            what = f"values are missing for {', '.join(shown)}{f' and {more} more' if more else ''}"
        else:
            what = details[0]
        code = MISSING if filling.missing else "invalid-placeholder"
        raise InvalidInput(f"Nothing was imported: {what}.", code=code, details=tuple(details))
    return Filled(done, tuple(sorted(values.keys() - filling.used)))


def refuse_open(items: Items) -> None:
    """Raises InvalidInput where an address or a secret is a placeholder, which an import without values would keep."""
    details = [
        f"{kind} {name!r}, {one}: {body[one]} is a placeholder without a value"
        for kind, name, body in items
        if isinstance(body, dict)
        for one in _open_fields(kind, body)
        if (place := _PLACE.fullmatch(body[one])) is not None and place[1] == "$" and place[2]
    ]
    if details:
        raise InvalidInput(
            "Nothing was imported: the document has placeholders, so give their values (zato config import --values "
            f"FILE). {details[0]}{f' (and {len(details) - 1} more, see the details)' if len(details) > 1 else ''}.",
            code=MISSING,
            details=tuple(details),
        )


def _open_fields(kind: str, fields: Body) -> list[str]:
    definition = KINDS.get(kind)
    if definition is None:
        return []
    open_ = (*definition.secret_fields, *definition.local_fields)
    return [one for one in fields if one in open_ and isinstance(fields[one], str)]


def _names(places: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], str]:
    """A name for each place: the same as long as there is no other place that would have it, too."""
    plain = {place: _NOT_IN_NAME.sub("_", "_".join(place).upper()).strip("_") for place in places}
    count: dict[str, int] = {}
    for name in plain.values():
        count[name] = count.get(name, 0) + 1
    return {place: name if count[name] == 1 else f"{name}_{_tag(place)}" for place, name in plain.items()}


def _tag(place: tuple[str, str, str]) -> str:
    return sha256("\0".join(place).encode()).hexdigest()[:_TAG_CHARACTERS].upper()


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        return _OPENING.sub(r"$\1{", value)
    if isinstance(value, list):
        return [_escaped(each) for each in value]
    return value


def _within(filling: _Filling, value: Any, where: str) -> Any:
    if isinstance(value, dict):
        return {key: _within(filling, each, f"{where}, {key}") for key, each in value.items()}
    if isinstance(value, list):
        return [_within(filling, each, where) for each in value]
    return _PLACE.sub(lambda place: _put(filling, place, where), value) if isinstance(value, str) else value


def _put(filling: _Filling, place: re.Match[str], where: str) -> str:
    dollars, rest = place[1], place[2]
    if len(dollars) > 1:
        return f"{dollars[1:]}{{{rest or ''}"
    name = (rest or "").removesuffix("}")
    if _NAME.fullmatch(name) is None:
        filling.errors.append(f"{where}: a ${{ must be followed by a name and }}; one that is meant as it is, is $${{")
        return ""
    if name not in filling.values:
        filling.missing.setdefault(name, where)
        return ""
    filling.used.add(name)
    return filling.values[name]
