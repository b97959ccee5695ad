"""Every command has its place in the console or a reason why not, and the reverse, as the documentation says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from zato.cli.main import cli

PAGE = Path(__file__).resolve().parents[2] / "docs" / "console-and-command-line.md"
# Django's settings are those of a process
_ROUTES = """
import json, sys
import django
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["django.contrib.sessions", "django.contrib.messages", "zato.admin.store"],
    ROOT_URLCONF="zato.admin.urls",
)
django.setup()
from django.urls import Resolver404, get_resolver, resolve

def routes(patterns, before):
    for each in patterns:
        route = before + str(each.pattern)
        if hasattr(each, "url_patterns"):
            yield from routes(each.url_patterns, route)
        else:
            yield route

def leads(address):
    try:
        resolve(address)
    except Resolver404:
        return False
    return True

addresses = json.load(sys.stdin)
print(json.dumps([list(routes(get_resolver().url_patterns, "/")), {each: leads(each) for each in addresses}]))
"""
_OF_CLUSTER = "/c/<str:cluster>/"


def commands(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[str]:
    """All commands that do something."""
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if isinstance(found, click.Group):
            yield from commands(found, (*before, name))
        else:
            yield " ".join((*before, name))


def tables() -> list[list[tuple[str, str]]]:
    """Rows of both tables: what stands in backticks in the first cell, and the second cell."""
    parts = PAGE.read_text(encoding="utf-8").split("\n## ")[1:]
    return [
        [
            (name, row[2])
            for line in part.splitlines()
            if (row := line.split("|"))[0] == "" and len(row) == 4
            for name in re.findall(r"`([^`]+)`", row[1])
        ]
        for part in parts
    ]


def address_of(text: str) -> str:
    """As a browser asks for it."""
    filled = re.sub(r"\bN\b", "1", text.replace("NAME", "0" * 32).replace("CID", "1").replace("KIND", "channel-rest"))
    return filled if filled.startswith("/") else f"/c/zato/{filled}"


def asked(addresses: list[str]) -> tuple[list[str], dict[str, bool]]:
    done = subprocess.run(
        [sys.executable, "-c", _ROUTES], input=json.dumps(addresses), capture_output=True, text=True, check=True
    )
    routes, leads = json.loads(done.stdout)
    return routes, leads


def room(address: str) -> str:
    """The first part of an address below the cluster's, or, with a slash, of another one."""
    below = address.removeprefix(_OF_CLUSTER)
    return ("/" if below.startswith("/") else "") + below.lstrip("/").partition("/")[0]


def test_each_command_has_a_row_and_each_row_a_command() -> None:
    rows = [name for name, _ in tables()[0]]
    assert sorted(rows) == sorted(commands(cli))


def test_each_row_says_where_or_why_not_and_each_address_leads_somewhere() -> None:
    told = {name: re.findall(r"`([^`]+)`", place) for table in tables() for name, place in table}
    assert all(place.strip() for table in tables() for _, place in table)
    addresses = [address_of(each) for found in told.values() for each in found]
    addresses += [address_of(name) for name, _ in tables()[1]]
    _, leads = asked(addresses)
    assert [address for address, does in leads.items() if not does] == []


def test_each_room_of_the_console_has_a_row() -> None:
    told = [each for _, place in tables()[0] for each in re.findall(r"`([^`]+)`", place)]
    told += [name for name, _ in tables()[1]]
    routes, _ = asked([])
    overview = {"", "/"}
    assert {room(route) for route in routes} - {room(each) for each in told} - overview == set()
