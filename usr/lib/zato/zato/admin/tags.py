"""Tags that all templates have."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import now

register = template.Library()
STATIC = Path(__file__).parent / "static"


@register.simple_tag
def asset(name: str) -> str:
    """The address of a file of the console's own, which changes with what is in it: browsers keep it for ever."""
    return f"/static/{name}?{_digest(name)}"


@cache
def _digest(name: str) -> str:
    # A template's text is no plain str, of which alone paths are made
    return sha256(Path(f"{STATIC}/{name}").read_bytes()).hexdigest()[:16]


@register.filter
def moment(value: object) -> SafeString | str:
    """A time as the cluster tells it: how long ago, with the whole of it in UTC beside it."""
    when = value if isinstance(value, datetime) else _parsed(str(value))
    if when is None:
        return "" if value is None else str(value)
    text = f"{when:%Y-%m-%d %H:%M:%S} UTC"
    return format_html('<time datetime="{}" title="{}">{}</time>', when.isoformat(), text, ago(now() - when))


def _parsed(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def ago(age: timedelta) -> str:
    """In the words of a person."""
    seconds = age.total_seconds()
    if seconds < 0:
        return f"in {_span(-seconds)}"
    return "just now" if seconds < 5 else f"{_span(seconds)} ago"


def _span(seconds: float) -> str:
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size or (seconds >= size and name != "min"):
            return f"{int(seconds // size)} {name}"
    return f"{int(seconds)} s" if seconds < 60 else "1 min"


@register.filter
def bytes_shown(value: object) -> str:
    """A number of bytes, rounded."""
    if not isinstance(value, int):
        return ""
    for size, name in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if value >= size:
            return f"{value / size:.1f} {name}"
    return f"{value} B"


@register.filter
def plain(value: object) -> str:
    """A value of an item as people write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(plain, value))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


@register.filter
def words(name: str) -> str:
    """The name of a field in words."""
    return name.replace("_", " ").capitalize()
