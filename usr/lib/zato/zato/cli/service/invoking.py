"""zato service invoke."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click

from zato.cli.completing import services
from zato.cli.connection import Target, pass_target
from zato.cli.output import show_json
from zato.core.errors import InvalidInput

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_STANDARD_INPUT = "-"


@click.command("invoke")
@click.argument("service", shell_complete=services)
@click.argument("payload", required=False)
@click.option("--file", "file", help="Where the payload is instead; - is the standard input. @FILE is the same.")
@click.option("--method", type=click.Choice(_METHODS, case_sensitive=False), help="As by a request of this method.")
@click.option("--query", multiple=True, metavar="NAME=VALUE", help="A parameter of the request's query.")
@click.option("--header", multiple=True, metavar="NAME=VALUE", help="A header of the request.")
@click.option("--path-param", multiple=True, metavar="NAME=VALUE", help="A parameter in the request's path.")
@click.option("--async", "asynchronous", is_flag=True, help="Have it invoked soon, at least once; do not wait for it.")
@pass_target
def invoke_command(
    target: Target,
    service: str,
    payload: str | None,
    file: str | None,
    method: str | None,
    query: tuple[str, ...],
    header: tuple[str, ...],
    path_param: tuple[str, ...],
    asynchronous: bool,
) -> None:
    """Invoke SERVICE with a JSON payload and print what it answers.

    PAYLOAD is JSON, @FILE for a file that has it, or - for the standard input.

    Example: zato service invoke hello.hello '{"name": "Jane"}'
    """
    message = _message(payload, file)
    request: dict[str, str | None] = {
        "method": method.upper() if method else None,
        "query": urlencode(_pairs("--query", query)) or None,
        "headers": _object("--header", header),
        "path_params": _object("--path-param", path_param),
    }
    if asynchronous:
        if any(request.values()):
            raise InvalidInput("A message has no method, query, headers or path; leave them out with --async.")
        sent = target.client().invoke_async(service, message)
        if target.as_json:
            show_json(sent)
        else:
            click.echo(f"Message {sent['message_id']} is safe, and will be delivered to {service} (cid {sent['cid']})")
        return
    data, content_type = target.client().invoke(service, message, **request)
    if content_type.startswith("application/json") and data:
        show_json(json.loads(data))
        return
    text = data.decode("utf-8", "replace")
    if target.as_json:
        show_json(text)
    else:
        click.echo(text)


def _message(payload: str | None, file: str | None) -> Any:
    if payload is not None and file is not None:
        raise InvalidInput("The payload is given twice, as an argument and by --file; give it once.")
    if payload is not None and payload.startswith("@"):
        file = payload[1:]
    elif payload == _STANDARD_INPUT:
        file = _STANDARD_INPUT
    if file is None:
        text = "{}" if payload is None else payload
    else:
        data = sys.stdin.buffer.read() if file == _STANDARD_INPUT else Path(file).read_bytes()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InvalidInput(f"{file} is not valid UTF-8 at byte {error.start}; convert it.") from error
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        if file is not None:
            raise InvalidInput(f"The payload in {file} is not JSON: {error}.", code="invalid-json") from error
        raise InvalidInput(
            f'The payload is not JSON, such as \'{{"name": "Ann"}}\', nor @FILE, nor - for standard input: {error}.',
            code="invalid-json",
        ) from error


def _pairs(option: str, given: tuple[str, ...]) -> list[tuple[str, str]]:
    found = []
    for each in given:
        name, sign, value = each.partition("=")
        if not sign or not name:
            raise InvalidInput(f"{option} {each!r} is not NAME=VALUE.")
        found.append((name, value))
    return found


def _object(option: str, given: tuple[str, ...]) -> str | None:
    return json.dumps(dict(_pairs(option, given))) if given else None
