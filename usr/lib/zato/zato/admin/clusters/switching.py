"""From a page of one cluster to the same page of another."""

from __future__ import annotations

from urllib.parse import quote

from django.urls import Resolver404, resolve


def elsewhere(path: str, cluster: str) -> str:
    """The page at `path` of another cluster, or the list above it where it is about something that has a name."""
    parts = [quote(part, safe="") for part in path.split("/") if part][2:]
    while parts:
        page = f"/c/{quote(cluster, safe='')}/{'/'.join(parts)}"
        for found in (f"{page}/", page):
            try:
                match = resolve(found)
            except Resolver404:
                continue
            if not set(match.kwargs) - {"cluster", "kind"}:
                return found
        parts.pop()
    return f"/c/{quote(cluster, safe='')}/"
